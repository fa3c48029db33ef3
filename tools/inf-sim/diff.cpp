#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/profile/diff.h"
#include "tools/workflow/profile/profile_db.h"

namespace inf::cli {
namespace {

struct DiffArguments {
  std::filesystem::path a, b;
  std::size_t top = 15;
  JsonChoice json;
};

int diff(const DiffArguments& a) {
  check_destinations(a.json);
  const workflow::Profile first = workflow::read_profile(a.a), second = workflow::read_profile(a.b);
  const workflow::Diff difference = workflow::diff(first, second);
  const std::string name_a = a.a.filename().string(), name_b = a.b.filename().string();
  emit(a.json, workflow::diff_text(difference, first, second, name_a, name_b, a.top),
       workflow::diff_json(difference, first, second, name_a, name_b));
  return 0;
}

}  // namespace

void add_diff(CLI::App& app, Action& action) {
  auto a = std::make_shared<DiffArguments>();
  CLI::App* command = app.add_subcommand("diff", "why two runs take different times: by operator, cause and engine");
  command->add_option("a", a->a, "a profile of `inf-sim run --profile`")->required()->type_name("A.db");
  command->add_option("b", a->b, "the one that is compared with it")->required()->type_name("B.db");
  command->add_option("--top", a->top, "rows of a table before the one that closes it")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000))
      ->type_name("N");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return diff(*a); }; });
}

}  // namespace inf::cli
