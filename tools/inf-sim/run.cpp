#include "tools/workflow/run.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "isa/base/error.h"
#include "tools/inf-sim/cache_options.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/dumps.h"
#include "tools/inf-sim/load_arguments.h"
#include "tools/inf-sim/look_arguments.h"
#include "tools/inf-sim/model_options.h"
#include "tools/inf-sim/output.h"
#include "tools/inf-sim/precision.h"
#include "tools/inf-sim/uncertainty_arguments.h"
#include "tools/workflow/load.h"
#include "tools/workflow/ocr.h"
#include "tools/workflow/reading.h"
#include "tools/workflow/report.h"
#include "tools/workflow/result_files.h"
#include "tools/workflow/uncertainty.h"
#include "tools/workflow/workload.h"
#include "tools/workflow/workload_fields.h"

namespace inf::cli {
namespace {

constexpr int kMostThreads = 1024;
constexpr const char* kReference = "reference";

struct RunArguments {
  std::string file, chip, size, out;
  std::vector<std::string> modes;
  std::optional<std::int64_t> cores;
  int threads = 0;
  bool no_reference = false, save_outputs = false;
  bool layers = false;
  std::string layer_bound;
  std::size_t layer_shares = 0;
  PrecisionOptions precision;
  ModelOptions model;
  LoadArguments load;
  LookArguments look;
  UncertaintyArguments uncertainty;
  CacheOptions cache;
  JsonChoice json;
  DumpOptions dumps;
};

workflow::Overrides overrides(const RunArguments& a) {
  workflow::Overrides over;
  if (!a.chip.empty()) over.chip = a.chip;
  a.precision.apply_to(over);
  if (!a.size.empty()) over.size = parse_size(a.size);
  a.model.put_into(over);
  over.cores = a.cores;
  return over;
}

bool is_spread(const std::string& mode) {
  return mode == name(workflow::Spread::data_parallel) || mode == name(workflow::Spread::pipeline);
}

/// The one of its modes that says what is computed, or else how cores are used; empty for none. Errors: usage for two.
std::string mode_among(const RunArguments& a, bool spread) {
  std::string found;
  for (const std::string& mode : a.modes) {
    if (is_spread(mode) != spread) continue;
    if (!found.empty() && found != mode)
      throw Error(ErrorKind::usage, "--mode", fmt::format("{} and {} exclude each other", found, mode),
                  {"one of timing, values, both and reference, and one of data-parallel and pipeline"});
    found = mode;
  }
  return found;
}

workflow::RunOptions::Mode mode(const RunArguments& a) {
  const std::string text = mode_among(a, false);
  if (text == "timing") return workflow::RunOptions::Mode::timing;
  if (text == "values") return workflow::RunOptions::Mode::values;
  return workflow::RunOptions::Mode::both;
}

bool by_reference(const RunArguments& a) { return mode_among(a, false) == kReference; }

std::optional<workflow::Spread> spread(const RunArguments& a) {
  const std::string text = mode_among(a, true);
  if (text.empty()) return std::nullopt;
  return text == name(workflow::Spread::pipeline) ? workflow::Spread::pipeline : workflow::Spread::data_parallel;
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

/// Writes what the run was looked at for; returns the files.
std::vector<std::string> look(const RunArguments& a, const workflow::RunOptions& options, const Finished& finished,
                              workflow::Progress& progress) {
  return options.record ? a.look.write(*options.record, finished, progress) : std::vector<std::string>{};
}

std::string files_text(const std::filesystem::path& folder, const std::vector<std::string>& written,
                       const std::vector<std::string>& looks) {
  std::string text = fmt::format("\n{}: {}\n", folder.string(), fmt::join(written, ", "));
  if (!looks.empty()) text += fmt::format("{}\n", fmt::join(looks, "\n"));
  return text;
}

/// A workload that reads words.
int run_words(const RunArguments& a, const workflow::Workload& workload, const workflow::RunOptions& options) {
  const std::filesystem::path folder = results_folder(a, workload.name);
  check_destinations(a.json, folder);
  workflow::Progress progress;
  const workflow::Reading reading = workflow::run_reading(workload, options, by_reference(a), progress);
  const std::vector<std::string> written = workflow::write_reading(reading, folder);
  const auto looks = look(a, options, {.workload = workload, .head = reading.head, .words = &reading}, progress);
  emit(a.json, workflow::reading_text(reading) + files_text(folder, written, looks), workflow::reading_json(reading));
  return reading.head.passed() ? 0 : exit_code(ErrorKind::check_failed);
}

/// A page through two models.
int run_pipeline(const RunArguments& a, const workflow::Pipeline& pipeline, const workflow::RunOptions& options) {
  const std::filesystem::path folder = results_folder(a, pipeline.name);
  check_destinations(a.json, folder);
  workflow::Progress progress;
  const workflow::OcrResult result = workflow::run_ocr(pipeline, options, by_reference(a), progress);
  const std::vector<std::string> written = workflow::write_ocr(result, folder);
  const auto looks = look(a, options, {.workload = pipeline.detector, .head = result.head, .page = &result}, progress);
  emit(a.json, workflow::ocr_text(result) + files_text(folder, written, looks), workflow::ocr_json(result));
  return result.head.passed() ? 0 : exit_code(ErrorKind::check_failed);
}

/// The same call with every uncertain number drawn again and again: the section's text, and its part of the document.
std::string add_uncertainty(const RunArguments& a, const workflow::WorkloadFile& file, workflow::Progress& progress,
                            std::string& json) {
  if (!a.uncertainty.wanted) return {};
  workflow::RunCache cache = a.cache.open();
  const workflow::Uncertainty sure =
      workflow::run_uncertainty(file, overrides(a), a.uncertainty.options(), cache, progress);
  say_notes(cache);
  nlohmann::ordered_json document = nlohmann::ordered_json::parse(json);
  document["uncertainty"] = workflow::uncertainty_json(sure);
  json = document.dump(2) + "\n";
  return workflow::uncertainty_text(sure);
}

/// Calls from workers or at a rate, where the command line or the file asks for them.
void add_load(const RunArguments& a, const workflow::WorkloadFile& file, workflow::Progress& progress,
              workflow::Report& report) {
  const std::optional<workflow::LoadOptions> load = a.load.options(file);
  if (!load) return;
  workflow::RunCache cache = a.cache.open();
  report.load = workflow::run_load(file, overrides(a), *load, cache, progress);
  progress.clear();
  say_notes(cache);
}

/// Workloads of words and pages run several programs, on one core.
void refuse_several_cores(const RunArguments& a, const workflow::RunOptions& options) {
  if (!a.cores && !options.spread) return;
  throw Error(ErrorKind::usage, a.cores ? "--cores" : "--mode",
              "several cores are for workloads that run one model, not for words and pages",
              {"name the ONNX file of the model"});
}

/// Loads and draws are for a single model, and need times.
void check_load(const RunArguments& a, const workflow::WorkloadFile& file, bool single) {
  a.load.check(file);
  if (!a.load.options(file) && !a.uncertainty.wanted) return;
  const std::string place = a.uncertainty.wanted ? "--uncertainty" : file.load ? file.load->place : "load";
  if (!single)
    throw Error(ErrorKind::usage, place, "is for single models; this workload reads words or is a pipeline of models");
  if (mode(a) == workflow::RunOptions::Mode::values)
    throw Error(ErrorKind::usage, place, "needs times", {"use --mode timing or both"});
}

/// Several cores are for a model whose time is taken.
void check_cores_asked(const RunArguments& a, const workflow::WorkloadFile& file, const workflow::RunOptions& options) {
  if (!a.cores && !options.spread) return;
  const char* const option = a.cores ? "--cores" : "--mode";
  if (options.mode == workflow::RunOptions::Mode::values && options.spread != workflow::Spread::pipeline)
    throw Error(ErrorKind::usage, option, "several cores need timing", {"use --mode timing or both"});
  if (options.spread != workflow::Spread::pipeline) return;
  if (!a.cores && !file.cores)
    throw Error(ErrorKind::usage, "--mode pipeline", "needs the number of cores that the model is spread over",
                {"an example is --cores 4, or compile.cores: 4 in a workload"});
  if (a.uncertainty.wanted || a.load.options(file))
    throw Error(ErrorKind::usage, "--mode pipeline", "is one chain of calls: no other load and no drawn numbers",
                {"leave out the load and --uncertainty"});
}

int run(const RunArguments& a) {
  const workflow::WorkloadFile file = workflow::read_workload_or_model(a.file);
  workflow::RunOptions options;
  options.mode = mode(a);
  options.spread = spread(a);
  options.threads = a.threads;
  options.reference = !a.no_reference;
  options.layers = a.layers;
  if (a.layers && options.mode == workflow::RunOptions::Mode::timing)
    throw Error(ErrorKind::usage, "--layer-errors", "needs values", {"use --mode values or both"});
  if (!a.layer_bound.empty()) options.layer_bound_db = parse_bound(a.layer_bound);
  options.layer_shares = a.layer_shares;
  options.compile = a.dumps.options();
  check_cores_asked(a, file, options);
  a.look.check(options.mode, by_reference(a));
  workflow::RecordedRun record = a.look.record();
  if (a.look.wanted()) options.record = &record;
  if (file.pipeline) {
    refuse_several_cores(a, options);
    check_load(a, file, false);
    a.look.check_model(nullptr);
    return run_pipeline(a, workflow::resolve_pipeline(file, overrides(a)), options);
  }
  const workflow::Workload workload = workflow::resolve(file, overrides(a));
  check_load(a, file, !workload.text);
  a.look.check_model(&workload);
  if (workload.text) {
    refuse_several_cores(a, options);
    return run_words(a, workload, options);
  }
  if (by_reference(a))
    throw Error(ErrorKind::usage, "--mode", "reference is for workloads that read words",
                {"use timing, values or both"});
  workflow::Progress progress;
  const std::filesystem::path folder = results_folder(a, workload.name);
  check_destinations(a.json, folder);
  workflow::RunResult result = options.spread == workflow::Spread::pipeline
                                   ? workflow::run_pipelined(workload, options, *workload.cores, progress)
                                   : workflow::run(workload, options, progress);
  add_load(a, file, progress, result.report);
  const auto looks = look(a, options, {.workload = workload, .head = result.report, .model = &result}, progress);
  workflow::write_results(result, folder, a.save_outputs || (!workload.post && !result.outputs.empty()));
  const workflow::Report& report = result.report;
  std::string json = workflow::report_json(report);
  const std::string sure = add_uncertainty(a, file, progress, json);
  emit(a.json, workflow::report_text(report) + sure + files_text(folder, report.files, looks), json);
  return report.passed() ? 0 : exit_code(ErrorKind::check_failed);
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto a = std::make_shared<RunArguments>();
  const workflow::WorkloadField& cores = workflow::workload_field("compile.cores");
  CLI::App* command =
      app.add_subcommand("run", "compile a workload, simulate it, compare it with the fp32 reference, report");
  command->add_option("workload", a->file, "workload file; an ONNX model runs with random inputs")
      ->required()
      ->type_name("W.yaml|M.onnx");
  command->add_option("--chip", a->chip, "chip in place of the file's: a name in configs/chips or a path")
      ->type_name("CHIP");
  command
      ->add_option(
          "--mode", a->modes,
          "what to compute: timing, values, both (default), or reference (words read in fp32 on the host, "
          "without the chip); and how several cores are used: data-parallel (default) or pipeline; may be given "
          "twice")
      ->check(CLI::IsMember({"timing", "values", "both", kReference, "data-parallel", "pipeline"}))
      ->expected(1)
      ->take_all()
      ->delimiter(',')
      ->type_name("MODE");
  command
      ->add_option(
          "--cores", a->cores,
          "cores that run the model at the same time, simulated together, in place of the file's compile.cores")
      ->check(CLI::Range(static_cast<std::int64_t>(cores.low), static_cast<std::int64_t>(cores.high)))
      ->type_name("N");
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
  a->load.add_to(*command);
  a->look.add_to(*command);
  a->uncertainty.add_to(*command);
  a->cache.add_to(*command);
  a->dumps.add_to(*command, false);
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return run(*a); }; });
}

}  // namespace inf::cli
