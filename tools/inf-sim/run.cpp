#include "tools/workflow/run.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>

#include "isa/base/error.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/dumps.h"
#include "tools/inf-sim/model_options.h"
#include "tools/inf-sim/output.h"
#include "tools/inf-sim/precision.h"
#include "tools/workflow/ocr.h"
#include "tools/workflow/reading.h"
#include "tools/workflow/report.h"
#include "tools/workflow/result_files.h"
#include "tools/workflow/workload.h"

namespace inf::cli {
namespace {

constexpr int kMostThreads = 1024;
constexpr const char* kReference = "reference";

struct RunArguments {
  std::string file, chip, size, mode = "both", out;
  int threads = 0;
  bool no_reference = false, save_outputs = false;
  bool layers = false;
  std::string layer_bound;
  std::size_t layer_shares = 0;
  PrecisionOptions precision;
  ModelOptions model;
  JsonChoice json;
  DumpOptions dumps;
};

workflow::Overrides overrides(const RunArguments& a) {
  workflow::Overrides over;
  if (!a.chip.empty()) over.chip = a.chip;
  a.precision.apply_to(over);
  if (!a.size.empty()) over.size = parse_size(a.size);
  a.model.put_into(over);
  return over;
}

workflow::RunOptions::Mode mode(const std::string& text) {
  if (text == "timing") return workflow::RunOptions::Mode::timing;
  if (text == "values") return workflow::RunOptions::Mode::values;
  return workflow::RunOptions::Mode::both;
}

/// "40dB", or a relative error such as 0.01, in decibels of signal over noise.
double parse_bound(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (read.ec == std::errc() && std::isfinite(value)) {
    if (unit == "dB") return value;
    if (unit.empty() && value > 0 && value <= 1) return -20 * std::log10(value);
  }
  throw Error(ErrorKind::usage, "--layer-bound",
              fmt::format("'{}' is neither decibels, such as 40dB, nor a relative error above 0 and up to 1", text));
}

std::filesystem::path results_folder(const RunArguments& a, const std::string& name) {
  return a.out.empty() ? std::filesystem::path("out") / name : std::filesystem::path(a.out);
}

/// A workload that reads words.
int run_words(const RunArguments& a, const workflow::Workload& workload, const workflow::RunOptions& options) {
  const std::filesystem::path folder = results_folder(a, workload.name);
  check_destinations(a.json, folder);
  workflow::Progress progress;
  const workflow::Reading reading = workflow::run_reading(workload, options, a.mode == kReference, progress);
  const std::vector<std::string> written = workflow::write_reading(reading, folder);
  emit(a.json, workflow::reading_text(reading) + fmt::format("\n{}: {}\n", folder.string(), fmt::join(written, ", ")),
       workflow::reading_json(reading));
  return reading.head.passed() ? 0 : exit_code(ErrorKind::check_failed);
}

/// A page through two models.
int run_pipeline(const RunArguments& a, const workflow::Pipeline& pipeline, const workflow::RunOptions& options) {
  const std::filesystem::path folder = results_folder(a, pipeline.name);
  check_destinations(a.json, folder);
  workflow::Progress progress;
  const workflow::OcrResult result = workflow::run_ocr(pipeline, options, a.mode == kReference, progress);
  const std::vector<std::string> written = workflow::write_ocr(result, folder);
  emit(a.json, workflow::ocr_text(result) + fmt::format("\n{}: {}\n", folder.string(), fmt::join(written, ", ")),
       workflow::ocr_json(result));
  return result.head.passed() ? 0 : exit_code(ErrorKind::check_failed);
}

int run(const RunArguments& a) {
  const workflow::WorkloadFile file = workflow::read_workload_or_model(a.file);
  workflow::RunOptions options;
  options.mode = mode(a.mode);
  options.threads = a.threads;
  options.reference = !a.no_reference;
  options.layers = a.layers;
  if (a.layers && options.mode == workflow::RunOptions::Mode::timing)
    throw Error(ErrorKind::usage, "--layer-errors", "needs values", {"use --mode values or both"});
  if (!a.layer_bound.empty()) options.layer_bound_db = parse_bound(a.layer_bound);
  options.layer_shares = a.layer_shares;
  options.compile = a.dumps.options();
  if (file.pipeline) return run_pipeline(a, workflow::resolve_pipeline(file, overrides(a)), options);
  const workflow::Workload workload = workflow::resolve(file, overrides(a));
  if (workload.text) return run_words(a, workload, options);
  if (a.mode == kReference)
    throw Error(ErrorKind::usage, "--mode", "reference is for workloads that read words",
                {"use timing, values or both"});
  workflow::Progress progress;
  const std::filesystem::path folder = results_folder(a, workload.name);
  check_destinations(a.json, folder);
  workflow::RunResult result = workflow::run(workload, options, progress);
  workflow::write_results(result, folder, a.save_outputs || (!workload.post && !result.outputs.empty()));
  const workflow::Report& report = result.report;
  emit(a.json,
       workflow::report_text(report) + fmt::format("\n{}: {}\n", folder.string(), fmt::join(report.files, ", ")),
       workflow::report_json(report));
  return report.passed() ? 0 : exit_code(ErrorKind::check_failed);
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
  command->add_option("--mode", a->mode, "what to compute; reference: words read in fp32 on the host, without the chip")
      ->check(CLI::IsMember({"timing", "values", "both", kReference}))
      ->capture_default_str();
  command->add_option("--threads", a->threads, "threads for values; 0: one per processor")
      ->check(CLI::Range(0, kMostThreads));
  command
      ->add_option("--out", a->out, "folder for boxes.json, page_boxes.png, report.txt, report.json; default out/NAME")
      ->type_name("DIR");
  CLI::Option* layers = command->add_flag(
      "--layer-errors", a->layers,
      "measure every operator's own and accumulated error against fp32, and its share of the outputs' error");
  command
      ->add_option("--layer-bound", a->layer_bound,
                   "name the first operator whose accumulated error is beyond this: 40dB, or a relative error; default "
                   "checks.min_layer_snr_db, else 20dB")
      ->type_name("BOUND")
      ->needs(layers);
  command
      ->add_option("--layer-shares", a->layer_shares,
                   "shares for this many operators, those with the largest errors of their own; each costs one fp32 "
                   "run of what follows it; 0: all")
      ->needs(layers);
  a->precision.add_to(*command);
  command->add_option("--size", a->size, "input size of a built-in model in place of the file's")->type_name("HxW");
  command->add_flag("--no-reference", a->no_reference, "leave out the fp32 reference and every check against it");
  command->add_flag("--save-outputs", a->save_outputs, "also write each output tensor as NAME.npy");
  a->model.add_to(*command);
  a->dumps.add_to(*command, false);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return run(*a); }; });
}

}  // namespace inf::cli
