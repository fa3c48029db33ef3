#include "tools/workflow/run.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <thread>

#include "isa/base/error.h"
#include "tools/workflow/batch_fit.h"
#include "tools/workflow/busy_cores.h"
#include "tools/workflow/fit.h"
#include "tools/workflow/instances.h"
#include "tools/workflow/judge.h"
#include "tools/workflow/layer_run.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/model.h"
#include "tools/workflow/run_parts.h"
#include "tools/workflow/segments.h"
#include "tools/workflow/stop_watch.h"
#include "tools/workflow/weights.h"

namespace inf::workflow {
namespace {

/// What a program of exactly the inputs' size would take; nothing where that does not compile.
std::optional<Latency> exact_latency(const FittedWorkload& fitted, const Workload& workload, const arch::ChipSpec& chip,
                                     const arch::InstanceSpec& instance, RunOptions options, Progress& progress) {
  if (!fitted.bucket) return std::nullopt;
  options.mode = RunOptions::Mode::timing;
  options.record = nullptr;
  try {
    compiler::PlacedModel model =
        compiler::compile_placed(fitted.exact.graph, chip, with_workload({}, workload), workload.host_operators);
    const PlacedRun run = run_segments(model, chip, instance, fitted.exact.inputs, options, progress);
    Report report;
    measure_placed(model, run, chip, instance, workload.precision.compute, report);
    return report.latency;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unsupported) return std::nullopt;
    throw;
  }
}

/// The errors of every operator, where they are asked for: of a model that is one program at the size of its inputs.
void measure_layers(const Workload& workload, const FittedWorkload& fitted, const compiler::PlacedModel& model,
                    const arch::ChipSpec& chip, const RunOptions& options, Progress& progress, RunResult& result) {
  const bool checked = options.reference && workload.checks.min_layer_snr_db;
  if (!options.layers && !checked) return;
  if (model.segments.size() > 1 || fitted.bucket)
    throw Error(ErrorKind::unsupported, options.layers ? "--layer-errors" : "checks.min_layer_snr_db",
                "is for models that are one program at the size of their inputs",
                {"leave out operators on the host and buckets for this run"});
  LayerOptions how;
  const double wanted = checked ? *workload.checks.min_layer_snr_db : how.bound_db;
  how.bound_db = options.layer_bound_db.value_or(wanted);
  how.shares = options.layer_shares;
  how.precision = workload.precision;
  result.report.layers = run_layers(fitted.exact, model.graph, chip, result.outputs, options.threads, how, progress);
  if (!checked) return;
  double least = std::numeric_limits<double>::infinity();
  for (const LayerError& e : result.report.layers->layers) least = std::min(least, e.accumulated_snr_db);
  result.report.checks.push_back({"layer SNR, dB", wanted, least, least >= wanted});
}

/// The model on all cores that were asked for, in place of what one core's time says about the chip.
void measure_cores(compiler::PlacedModel& model, const arch::ChipSpec& chip, const arch::InstanceSpec& instance,
                   const CoreLayout& layout, Progress& progress, Report& report) {
  std::vector<isa::ProgramSource*> programs;
  for (compiler::CompiledSegment& segment : model.segments)
    if (segment.place == compiler::Place::chip) programs.push_back(segment.model.source.get());
  const auto gap = static_cast<double>(instance.runtime.device_start_ns);
  report.busy = simulate_busy_cores(chip, programs, layout, gap, progress);
  const double host = host_per_s(report.latency->host_ns, instance);
  report.throughput = busy_throughput(*report.busy, *report.throughput, host);
  report.cost = measure_cost(*report.throughput, instance);
  if (layout.cores < chip.cores * instance.chips)
    report.notes.push_back(fmt::format("throughput and cost are those of {} of the {} cores of {}", layout.cores,
                                       chip.cores * instance.chips, instance.name));
}

}  // namespace

std::vector<NamedArray> model_outputs(const FittedWorkload& fitted, NamedValues& values) {
  std::vector<NamedArray> outputs;
  const compiler::Graph& graph = fitted.run().graph;
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    const compiler::Value& value = graph.value(graph.outputs[i]);
    outputs.push_back({value.name, crop(fitted, i, {value.shape, std::move(values.at(value.name).data)})});
  }
  return outputs;
}

void describe(const Workload& workload, const LoadedWorkload& loaded, const arch::ChipSpec& chip,
              const RunOptions& options, Report& report) {
  report.workload = workload.name;
  report.model = loaded.model_title;
  report.chip = chip.name;
  report.chip_title = chip.title;
  report.chip_hash = chip.hash();
  report.precision = workload.precision;
  report.mode = mode_name(options.mode);
  report.notes = loaded.notes;
  report.host.threads = options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
}

void note_assumed_course(const RunOptions& options, std::uint64_t data_dependent, std::vector<std::string>& notes) {
  if (options.mode != RunOptions::Mode::timing || data_dependent == 0) return;
  notes.push_back(
      "data decides when a loop ends early: timing alone assumes that it never does; --mode both measures it");
}

RunResult run(const Workload& workload, const RunOptions& options, Progress& progress) {
  return run_on(load_target(workload), workload, options, progress);
}

RunResult run_on(const Target& target, const Workload& workload, const RunOptions& options, Progress& progress) {
  const StopWatch all;
  const arch::ChipSpec& chip = target.chip;
  const arch::InstanceSpec& instance = target.instance;
  std::optional<CoreLayout> layout;
  if (workload.cores || options.spread)
    layout = lay_out_cores(chip, instance, target.sizes, workload.cores.value_or(chip.cores), workload.cores_place);
  const FittedWorkload fitted = fit(workload, options.mode != RunOptions::Mode::timing);
  RunResult result;
  Report& report = result.report;
  describe(workload, fitted.exact, chip, options, report);
  report.padding = fitted.padding;

  const StopWatch compiling;
  const compiler::CompileOptions compile_options = with_workload(options.compile, workload);
  compiler::PlacedModel model = compile_workload(workload, fitted.run().graph, chip, compile_options);
  report.host.compile_seconds = compiling.seconds();
  report.ledger = count_ledger(model.graph.ledger);
  result.nodes = model.graph.ledger;

  const StopWatch simulating;
  PlacedRun placed = run_segments(model, chip, instance, fitted.run().inputs, options, progress);
  report.host.simulate_seconds = simulating.seconds();
  for (std::size_t i = 0; i < model.segments.size(); ++i) {
    if (!placed.segments[i].program) continue;
    const sim::SimResult& simulated = placed.segments[i].program->result;
    report.instructions += simulated.instructions;
    report.kernel_events += simulated.kernel_events;
    report.data_dependent += simulated.data_dependent;
    if (const compiler::WeightUse& weights = model.segments[i].model.weights; weights.bytes > 0)
      add_weights(weights, chip, arch::Timebase(chip).to_ns(simulated.load),
                  report.weights ? *report.weights : report.weights.emplace());
    report.device_memory_bytes += model.segments[i].model.source->image().dram_bytes;  // all stay loaded
  }
  const bool timed = options.mode != RunOptions::Mode::values;
  report.segments = measure_segments(model, placed, chip, instance, timed);
  if (timed && report.padding)
    report.padding->exact = exact_latency(fitted, workload, chip, instance, options, progress);
  if (timed) measure_placed(model, placed, chip, instance, workload.precision.compute, report);
  if (timed && layout) measure_cores(model, chip, instance, *layout, progress, report);
  if (options.mode != RunOptions::Mode::timing) {
    result.outputs = model_outputs(fitted, placed.values);
    const StopWatch judging;
    judge(workload, fitted.exact, options.reference, progress, result);
    if (options.reference && fitted.bucket) report.padding->effect = padding_effect(fitted);
    report.host.reference_seconds = judging.seconds();
    measure_layers(workload, fitted, model, chip, options, progress, result);
  }
  note_assumed_course(options, report.data_dependent, report.notes);
  if (workload.checks.any() && report.checks.empty())
    report.notes.push_back("the checks of the workload were not made: they need values and the fp32 reference");
  report.host.seconds = all.seconds();
  report.host.peak_memory_bytes = peak_memory();
  progress.clear();
  return result;
}

}  // namespace inf::workflow
