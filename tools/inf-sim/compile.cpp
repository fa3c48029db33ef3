#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "compiler/import/onnx.h"
#include "compiler/pipeline/pipeline.h"
#include "isa/arch/chip_config.h"
#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "isa/program/file.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/dumps.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/compile_report.h"
#include "tools/workflow/files.h"
#include "tools/workflow/model.h"
#include "tools/workflow/workload.h"

namespace inf::cli {
namespace {

constexpr int kVersion = 1;  // of the document in docs/json.md

struct CompileArguments {
  std::string file, chip, auto_cast_type, size, program;
  bool list_passes = false, nodes = false;
  JsonChoice json;
  DumpOptions dumps;
};

struct Target {
  compiler::Graph graph;
  std::filesystem::path chip;
  DType compute = DType::bf16;
};

/// A workload says more than a model: chip and precision.
Target read_target(const CompileArguments& a) {
  if (is_workload(a.file)) {
    workflow::Overrides over;
    if (!a.chip.empty()) over.chip = a.chip;
    if (!a.auto_cast_type.empty()) over.auto_cast_type = a.auto_cast_type;
    if (!a.size.empty()) over.size = parse_size(a.size);
    const workflow::Workload workload = workflow::resolve(workflow::read_workload_file(a.file), over);
    return {workflow::load_graph(workload), workload.chip, workload.compute};
  }
  if (!a.size.empty())
    throw Error(ErrorKind::usage, "--size",
                "is for built-in models; give a workload file with model.shapes for an ONNX file");
  Target target;
  target.chip = workflow::find_config("chips", a.chip.empty() ? "inf2" : a.chip, {}, "--chip");
  if (!a.auto_cast_type.empty()) target.compute = workflow::parse_auto_cast_type(a.auto_cast_type, "--auto-cast-type");
  target.graph = compiler::import_onnx(a.file);
  return target;
}

int list_passes(const JsonChoice& choice) {
  nlohmann::ordered_json json = {{"document", "inf-sim compile --list-passes"},
                                 {"version", kVersion},
                                 {"passes", nlohmann::ordered_json::array()}};
  std::string text;
  for (const compiler::PassInfo& pass : compiler::passes()) {
    text += fmt::format("{:<24} {}\n", pass.name, pass.description);
    json["passes"].push_back({{"name", pass.name}, {"description", pass.description}});
  }
  emit(choice, text, json.dump(2) + "\n");
  return 0;
}

int compile(const CompileArguments& a) {
  if (a.list_passes) return list_passes(a.json);
  if (a.file.empty()) throw Error(ErrorKind::usage, "compile", "needs an ONNX or workload file");
  compiler::CompileOptions options = a.dumps.options();
  check_destinations(a.json);
  if (!a.program.empty()) check_writable(a.program);
  Target target = read_target(a);
  const arch::ChipSpec chip = arch::load_chip(target.chip);
  options.compute = target.compute;
  compiler::CompiledModel model = compiler::compile(std::move(target.graph), chip, options);
  if (!model.source) {  // stopped before there was a program
    const workflow::CompileReport report = workflow::describe_graph(model.graph);
    emit(a.json, workflow::compile_report_text(report, a.nodes), workflow::compile_report_json(report));
    return 0;
  }
  workflow::CompileReport report = workflow::describe_compiled(model, chip, target.compute);
  if (!a.program.empty()) {
    isa::write_program(*model.source, a.program);
    std::error_code no_size;  // of a device or a pipe
    const auto bytes = std::filesystem::file_size(a.program, no_size);
    report.file_bytes = no_size ? 0 : bytes;
  }
  emit(a.json, workflow::compile_report_text(report, a.nodes), workflow::compile_report_json(report));
  return 0;
}

}  // namespace

void add_compile(CLI::App& app, Action& action) {
  auto a = std::make_shared<CompileArguments>();
  CLI::App* command = app.add_subcommand("compile", "turn a model into a program and say what became of each operator");
  command->add_option("model", a->file, "ONNX or workload file")->type_name("M.onnx|W.yaml");
  command->add_option("-o,--output", a->program, "program file to write")->type_name("FILE");
  command->add_option("--chip", a->chip, "a name in configs/chips or a path")->type_name("CHIP");
  command->add_option("--auto-cast-type", a->auto_cast_type, "bf16, fp16, tf32 or fp32")->type_name("TYPE");
  command->add_option("--size", a->size, "input size of a built-in model in place of the file's")->type_name("HxW");
  command->add_flag("--list-passes", a->list_passes, "print the passes in order, and stop");
  command->add_flag("--nodes", a->nodes, "a line for every ONNX node");
  a->dumps.add_to(*command, true);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return compile(*a); }; });
}

}  // namespace inf::cli
