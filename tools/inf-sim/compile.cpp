#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "compiler/pipeline/pipeline.h"
#include "isa/arch/chip_config.h"
#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "isa/program/file.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/dumps.h"
#include "tools/inf-sim/model_options.h"
#include "tools/inf-sim/output.h"
#include "tools/inf-sim/precision.h"
#include "tools/workflow/batch_fit.h"
#include "tools/workflow/compile_report.h"
#include "tools/workflow/fit.h"
#include "tools/workflow/profile/annotations.h"
#include "tools/workflow/workload.h"

namespace inf::cli {
namespace {

struct CompileArguments {
  std::string file, chip, size, program, annotated;
  bool list_passes = false, nodes = false;
  PrecisionOptions precision;
  ModelOptions model;
  JsonChoice json;
  DumpOptions dumps;
};

workflow::Workload read_target(const CompileArguments& a) {
  workflow::Overrides over;
  if (!a.chip.empty()) over.chip = a.chip;
  if (!a.size.empty()) over.size = parse_size(a.size);
  a.precision.apply_to(over);
  a.model.put_into(over);
  over.instances = false;
  return workflow::resolve(workflow::read_workload_or_model(a.file), over);
}

int list_passes(const JsonChoice& choice) {
  nlohmann::ordered_json json = {{"document", "inf-sim compile --list-passes"},
                                 {"version", kDocumentVersion},
                                 {"passes", nlohmann::ordered_json::array()}};
  std::string text;
  for (const compiler::PassInfo& pass : compiler::passes()) {
    text += fmt::format("{:<24} {}\n", pass.name, pass.description);
    json["passes"].push_back({{"name", pass.name}, {"description", pass.description}});
  }
  emit(choice, text, json.dump(2) + "\n");
  return 0;
}

/// "m.infp" with parts before its ending: "m.batch-8.2.infp".
std::filesystem::path with_parts(const std::filesystem::path& file, const std::string& label, std::size_t number) {
  std::string name = file.stem().string();
  if (!label.empty()) name += "." + label;
  if (number > 0) name += fmt::format(".{}", number);
  return file.parent_path() / (name + file.extension().string());
}

/// Writes a program and says how large its file became.
void write(isa::ProgramSource& source, const std::filesystem::path& file, workflow::CompileReport& report) {
  isa::write_program(source, file);
  std::error_code no_size;  // of a device or a pipe
  const auto bytes = std::filesystem::file_size(file, no_size);
  report.file_bytes = no_size ? 0 : bytes;
}

/// The programs of a model at one set of sizes: several where the host runs something between them.
void compile_variant(const CompileArguments& a, workflow::Variant variant, const workflow::Workload& workload,
                     const arch::ChipSpec& chip, std::vector<workflow::CompileReport>& reports) {
  const compiler::CompileOptions options = workflow::with_workload(a.dumps.options(), workload);
  const compiler::PlacedModel placed = workflow::compile_workload(workload, std::move(variant.graph), chip, options);
  const bool split = placed.segments.size() > 1;
  const std::size_t first = reports.size();
  if (!split && placed.segments.front().place == compiler::Place::host)
    reports.push_back(workflow::describe_graph(placed.graph));
  std::size_t number = 0;
  for (const compiler::CompiledSegment& segment : placed.segments) {
    if (segment.place == compiler::Place::host) continue;
    const compiler::CompiledModel& model = segment.model;
    if (!model.source) {  // stopped before there was a program
      reports.push_back(workflow::describe_graph(model.graph));
      continue;
    }
    reports.push_back(workflow::describe_compiled(model, chip, workload.precision));
    ++number;
    const std::string title =
        split ? fmt::format("{}{}program {}", variant.label, variant.label.empty() ? "" : ", ", number) : variant.label;
    if (!title.empty()) reports.back().model += fmt::format(" ({})", title);
    if (!a.program.empty())
      write(*model.source, with_parts(a.program, variant.label, split ? number : 0), reports.back());
  }
  if (!a.annotated.empty())
    workflow::write_annotated(
        workload,
        workflow::annotate_compiled({reports.begin() + static_cast<std::ptrdiff_t>(first), reports.end()},
                                    placed.graph.ledger, chip),
        with_parts(a.annotated, variant.label, 0));
}

int compile(const CompileArguments& a) {
  if (a.list_passes) return list_passes(a.json);
  if (a.file.empty()) throw Error(ErrorKind::usage, "compile", "needs an ONNX or workload file");
  a.dumps.options();
  check_destinations(a.json);
  if (!a.program.empty()) check_writable(a.program);
  const workflow::Workload workload = read_target(a);
  if (!a.annotated.empty()) workflow::check_annotated(workload, a.annotated);
  const arch::ChipSpec chip = arch::load_chip(workload.chip);
  std::vector<workflow::CompileReport> reports;
  for (workflow::Variant& variant : workflow::load_variants(workload))
    compile_variant(a, std::move(variant), workload, chip, reports);
  std::string text;
  nlohmann::ordered_json programs = nlohmann::ordered_json::array();
  for (const workflow::CompileReport& report : reports) {
    text += (text.empty() ? "" : "\n") + workflow::compile_report_text(report, a.nodes);
    programs.push_back(nlohmann::ordered_json::parse(workflow::compile_report_json(report)));
  }
  const nlohmann::ordered_json all = {
      {"document", "inf-sim compile"}, {"version", kDocumentVersion}, {"programs", programs}};
  emit(a.json, text, reports.size() == 1 ? workflow::compile_report_json(reports[0]) : all.dump(2) + "\n");
  return 0;
}

}  // namespace

void add_compile(CLI::App& app, Action& action) {
  auto a = std::make_shared<CompileArguments>();
  CLI::App* command = app.add_subcommand("compile", "turn a model into a program and say what became of each operator");
  command->add_option("model", a->file, "ONNX or workload file")->type_name("M.onnx|W.yaml");
  command->add_option("-o,--output", a->program, "program file to write")->type_name("FILE");
  command
      ->add_option("--annotate", a->annotated,
                   "also write the model as ONNX with what is expected of each node in its metadata")
      ->type_name("OUT.onnx");
  command->add_option("--chip", a->chip, "a name in configs/chips or a path")->type_name("CHIP");
  a->precision.add_to(*command);
  command->add_option("--size", a->size, "input size of a built-in model in place of the file's")->type_name("HxW");
  command->add_flag("--list-passes", a->list_passes, "print the passes in order, and stop");
  command->add_flag("--nodes", a->nodes, "a line for every ONNX node");
  a->model.add_to(*command);
  a->dumps.add_to(*command, true);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return compile(*a); }; });
}

}  // namespace inf::cli
