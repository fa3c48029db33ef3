#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/profile/glossary.h"

namespace inf::cli {
namespace {

struct ExplainArguments {
  std::vector<std::string> words;
  JsonChoice json;
};

int explain(const ExplainArguments& a) {
  if (a.words.empty()) {
    emit(a.json, workflow::glossary_text(), workflow::terms_json(workflow::glossary()));
    return 0;
  }
  const std::vector<workflow::Term> terms = workflow::explain(fmt::format("{}", fmt::join(a.words, " ")));
  emit(a.json, workflow::terms_text(terms), workflow::terms_json(terms));
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  auto a = std::make_shared<ExplainArguments>();
  CLI::App* command = app.add_subcommand(
      "explain",
      "what a name in a profile means: metric, table, column, stall reason or cause; without one, all names");
  command->add_option("name", a->words, "such as mfu_estimated_percent, Instruction.pc, sbuf port")->type_name("NAME");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return explain(*a); }; });
}

}  // namespace inf::cli
