#include <CLI/CLI.hpp>

#include <memory>

#include "compiler/import/onnx.h"
#include "compiler/pipeline/pipeline.h"
#include "isa/arch/chip_config.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/compile_report.h"
#include "tools/workflow/files.h"
#include "tools/workflow/model.h"
#include "tools/workflow/workload.h"

namespace inf::cli {
namespace {

struct AnalyzeArguments {
  std::string file, chip = "inf2";
  JsonChoice json;
};

int analyze(const AnalyzeArguments& a) {
  check_destinations(a.json);
  compiler::Graph graph = is_workload(a.file)
                              ? workflow::load_graph(workflow::resolve(workflow::read_workload_file(a.file)))
                              : compiler::import_onnx(a.file);
  const arch::ChipSpec chip = arch::load_chip(workflow::find_config("chips", a.chip, {}, "--chip"));
  const compiler::CompiledModel model = compiler::compile(std::move(graph), chip);
  const workflow::CompileReport report = workflow::describe_graph(model.graph);
  emit(a.json, workflow::compile_report_text(report, true), workflow::compile_report_json(report));
  return 0;
}

}  // namespace

void add_analyze(CLI::App& app, Action& action) {
  auto a = std::make_shared<AnalyzeArguments>();
  CLI::App* command =
      app.add_subcommand("analyze", "what becomes of each ONNX node: compiled, fused, folded, on the host, or refused");
  command->add_option("model", a->file, "ONNX or workload file")->required()->type_name("M.onnx|W.yaml");
  command->add_option("--chip", a->chip, "a name in configs/chips or a path")->capture_default_str()->type_name("CHIP");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return analyze(*a); }; });
}

}  // namespace inf::cli
