#include "tools/workflow/docs.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/files.h"

namespace inf::cli {
namespace {

struct DocsArguments {
  std::string folder;
  bool check = false;
  JsonChoice json;
};

int docs(const DocsArguments& a) {
  const std::filesystem::path folder =
      a.folder.empty() ? workflow::data_folder() / "docs" : std::filesystem::path(a.folder);
  const std::vector<std::string> outdated = workflow::outdated_pages(folder);
  if (a.check && !outdated.empty())
    throw Error(ErrorKind::check_failed, folder.string(),
                fmt::format("{} out of date; run inf-sim docs", fmt::join(outdated, " and ")));
  for (const workflow::GeneratedPage& page : workflow::generated_pages())
    if (std::find(outdated.begin(), outdated.end(), page.name) != outdated.end())
      write_file_atomically(folder / page.name, page.text);
  const nlohmann::ordered_json json = {
      {"document", "inf-sim docs"}, {"version", kDocumentVersion}, {"written", outdated}};
  emit(a.json, outdated.empty() ? "all pages are current\n" : fmt::format("{} written\n", fmt::join(outdated, ", ")),
       json.dump(2) + "\n");
  return 0;
}

}  // namespace

void add_docs(CLI::App& app, Action& action) {
  auto a = std::make_shared<DocsArguments>();
  CLI::App* command =
      app.add_subcommand("docs", "write docs/isa.md, config.md and profile.md from the tables in the code");
  command->add_option("--folder", a->folder, "where the pages are; default docs/ of the source tree")->type_name("DIR");
  command->add_flag("--check", a->check, "write nothing; exit code 1 when a page is out of date");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return docs(*a); }; });
}

}  // namespace inf::cli
