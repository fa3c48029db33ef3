#include "tools/workflow/analysis.h"

#include <CLI/CLI.hpp>

#include <memory>

#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/model_options.h"
#include "tools/inf-sim/output.h"

namespace inf::cli {
namespace {

struct AnalyzeArguments {
  std::string file, chip;
  bool no_nodes = false;
  ModelOptions model;
  JsonChoice json;
};

int analyze(const AnalyzeArguments& a) {
  check_destinations(a.json);
  workflow::Overrides over;
  over.instances = false;
  if (!a.chip.empty()) over.chip = a.chip;
  a.model.put_into(over);
  const workflow::Analysis analysis =
      workflow::analyze(workflow::resolve(workflow::read_workload_or_model(a.file), over));
  emit(a.json, workflow::analysis_text(analysis, !a.no_nodes), workflow::analysis_json(analysis));
  return 0;
}

}  // namespace

void add_analyze(CLI::App& app, Action& action) {
  auto a = std::make_shared<AnalyzeArguments>();
  CLI::App* command =
      app.add_subcommand("analyze", "what becomes of each ONNX node: compiled, fused, folded, on the host, or refused");
  command->add_option("model", a->file, "ONNX or workload file")->required()->type_name("M.onnx|W.yaml");
  command->add_option("--chip", a->chip, "a name in configs/chips or a path; inf2 where the file names none")
      ->type_name("CHIP");
  command->add_flag("--no-nodes", a->no_nodes, "leave out the line for every ONNX node");
  a->model.add_to(*command);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return analyze(*a); }; });
}

}  // namespace inf::cli
