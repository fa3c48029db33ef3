#include "tools/workflow/run.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

#include "isa/base/error.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/dumps.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/report.h"
#include "tools/workflow/workload.h"

namespace inf::cli {
namespace {

constexpr int kMostThreads = 1024;

struct RunArguments {
  std::string file, chip, auto_cast_type, size, mode = "both", out;
  int threads = 0;
  bool no_reference = false, save_outputs = false;
  JsonChoice json;
  DumpOptions dumps;
};

workflow::Overrides overrides(const RunArguments& a) {
  workflow::Overrides over;
  if (!a.chip.empty()) over.chip = a.chip;
  if (!a.auto_cast_type.empty()) over.auto_cast_type = a.auto_cast_type;
  if (!a.size.empty()) over.size = parse_size(a.size);
  return over;
}

workflow::RunOptions::Mode mode(const std::string& text) {
  if (text == "timing") return workflow::RunOptions::Mode::timing;
  if (text == "values") return workflow::RunOptions::Mode::values;
  return workflow::RunOptions::Mode::both;
}

int run(const RunArguments& a) {
  const workflow::Workload workload = workflow::resolve(workflow::read_workload_or_model(a.file), overrides(a));
  workflow::RunOptions options;
  options.mode = mode(a.mode);
  options.threads = a.threads;
  options.reference = !a.no_reference;
  options.compile = a.dumps.options();
  workflow::Progress progress;
  const std::filesystem::path folder =
      a.out.empty() ? std::filesystem::path("out") / workload.name : std::filesystem::path(a.out);
  check_destinations(a.json, folder);
  const workflow::RunResult result = workflow::run(workload, options, progress);
  const std::vector<std::string> written =
      workflow::write_results(result, folder, a.save_outputs || (!workload.post && !result.outputs.empty()));
  emit(a.json,
       workflow::report_text(result.report) + fmt::format("\n{}: {}\n", folder.string(), fmt::join(written, ", ")),
       workflow::report_json(result.report));
  return result.report.passed() ? 0 : exit_code(ErrorKind::check_failed);
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto a = std::make_shared<RunArguments>();
  CLI::App* command =
      app.add_subcommand("run", "compile a workload, simulate it, compare it with the fp32 reference, report");
  command->add_option("workload", a->file, "workload file; an ONNX model runs with random inputs")
      ->required()
      ->type_name("W.yaml|M.onnx");
  command->add_option("--chip", a->chip, "chip in place of the file's: a name in configs/chips or a path")
      ->type_name("CHIP");
  command->add_option("--mode", a->mode, "what to compute")
      ->check(CLI::IsMember({"timing", "values", "both"}))
      ->capture_default_str();
  command->add_option("--threads", a->threads, "threads for values; 0: one per processor")
      ->check(CLI::Range(0, kMostThreads));
  command
      ->add_option("--out", a->out, "folder for boxes.json, page_boxes.png, report.txt, report.json; default out/NAME")
      ->type_name("DIR");
  command->add_option("--auto-cast-type", a->auto_cast_type, "bf16, fp16, tf32 or fp32 in place of the file's")
      ->type_name("TYPE");
  command->add_option("--size", a->size, "input size of a built-in model in place of the file's")->type_name("HxW");
  command->add_flag("--no-reference", a->no_reference, "leave out the fp32 reference and every check against it");
  command->add_flag("--save-outputs", a->save_outputs, "also write each output tensor as NAME.npy");
  a->dumps.add_to(*command, false);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return run(*a); }; });
}

}  // namespace inf::cli
