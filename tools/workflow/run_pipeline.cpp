#include <fmt/core.h>

#include <algorithm>

#include "isa/base/error.h"
#include "tools/workflow/host_time.h"
#include "tools/workflow/judge.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/run_parts.h"
#include "tools/workflow/stages.h"
#include "tools/workflow/stop_watch.h"
#include "tools/workflow/weights.h"

namespace inf::workflow {
namespace {

/// Of inputs that the caller gives to any stage, and outputs.
std::int64_t copied_bytes(const compiler::Graph& graph, const compiler::StagedModel& staged) {
  std::int64_t bytes = 0;
  for (const compiler::Stage& stage : staged.stages)
    for (const isa::TensorEntry& t : stage.model.source->image().tensors) {
      const auto is = [&](const std::vector<compiler::ValueId>& ids) {
        for (const compiler::ValueId id : ids)
          if (graph.value(id).name == t.name) return true;
        return false;
      };
      const bool in = t.role == isa::TensorEntry::Role::input && is(graph.inputs);
      const bool out = t.role == isa::TensorEntry::Role::output && is(graph.outputs);
      if (in || out) bytes += t.bytes;
    }
  return bytes;
}

/// One call through all stages, and calls per second with all stages busy on every group of cores of the instance.
void measure_chain(const compiler::StagedModel& staged, const StagedRun& run, const arch::ChipSpec& chip,
                   const arch::InstanceSpec& instance, Report& report) {
  const StagesUse& use = *report.stages;
  Latency latency;
  const std::vector<Tick>& ends = run.calls.cores.back().call_end;
  latency.ticks = ends.front().value;
  latency.tick_mhz = arch::Timebase(chip).mhz();
  latency.device_ns = use.fill_ns;
  latency.overhead_ns = static_cast<double>(instance.runtime.call_overhead_ns);
  latency.copied_bytes = copied_bytes(staged.chip, staged);
  latency.copy_ns = instance.runtime.copy_ns(latency.copied_bytes);
  for (const auto* graphs : {&staged.before, &staged.after})
    for (const compiler::Graph& graph : *graphs) latency.host_ns += host_ns(graph, instance.runtime);
  report.latency = latency;
  Throughput rate;
  rate.cores = static_cast<int>(staged.stages.size());
  rate.chips = instance.chips;
  rate.device_start_ns = static_cast<double>(instance.runtime.device_start_ns);
  const double interval = use.interval_ns + rate.device_start_ns;
  rate.core_per_s = 1e9 / interval / rate.cores;
  const int groups = chip.cores * instance.chips / rate.cores;
  rate.instance_per_s = 1e9 / interval * groups;
  rate.chip_per_s = rate.instance_per_s / instance.chips;
  rate.chip_bound = "stages";
  rate.instance_bound = fmt::format("{} chain{} of stages", groups, groups == 1 ? "" : "s");
  const double at_once =
      std::max(1.0, static_cast<double>(instance.vcpu) / static_cast<double>(instance.runtime.host_vcpu));
  if (latency.host_ns > 0 && 1e9 * at_once / latency.host_ns < rate.instance_per_s)
    rate.instance_per_s = 1e9 * at_once / latency.host_ns, rate.instance_bound = "host";
  report.throughput = rate;
  report.cost = measure_cost(rate, instance);
}

}  // namespace

RunResult run_pipelined(const Workload& workload, const RunOptions& options, std::int64_t cores, Progress& progress) {
  return run_pipelined_on(load_target(workload), workload, options, cores, progress);
}

RunResult run_pipelined_on(const Target& target, const Workload& workload, const RunOptions& options,
                           std::int64_t cores, Progress& progress) {
  const StopWatch all;
  const arch::ChipSpec& chip = target.chip;
  const arch::InstanceSpec& instance = target.instance;
  check_core_count(cores, chip, instance);
  if (options.layers)
    throw Error(ErrorKind::unsupported, "--layer-errors", "is for models that are one program", {"leave out --cores"});
  const FittedWorkload fitted = fit(workload, options.mode != RunOptions::Mode::timing);
  RunResult result;
  Report& report = result.report;
  describe(workload, fitted.exact, chip, options, report);
  report.padding = fitted.padding;

  const StopWatch compiling;
  const compiler::CompileOptions how = with_workload(options.compile, workload);
  compiler::StagedModel staged =
      compiler::compile_stages(fitted.run().graph, chip, how, static_cast<std::size_t>(cores), workload.host_operators);
  compiler::CompiledModel whole = compiler::compile(staged.chip, chip, how);
  report.host.compile_seconds = compiling.seconds();
  report.ledger = count_ledger(staged.graph.ledger);
  result.nodes = staged.graph.ledger;

  const StopWatch simulating;
  StagedRun run = run_stages(staged, whole, chip, fitted.run().inputs, options, progress);
  report.host.simulate_seconds = simulating.seconds();
  report.instructions = run.calls.instructions;
  report.kernel_events = run.calls.kernel_events;
  report.stages = measure_stages(staged, run, chip, workload.precision.compute);
  for (const StageUse& stage : report.stages->stages) add_weights(stage.weights, report.weights);
  report.device_memory_bytes = report.stages->device_memory_bytes;
  if (options.mode != RunOptions::Mode::values) measure_chain(staged, run, chip, instance, report);
  if (options.mode != RunOptions::Mode::timing) {
    result.outputs = model_outputs(fitted, run.values);
    const StopWatch judging;
    judge(workload, fitted.exact, options.reference, progress, result);
    report.host.reference_seconds = judging.seconds();
  }
  report.host.seconds = all.seconds();
  report.host.peak_memory_bytes = peak_memory();
  progress.clear();
  return result;
}

}  // namespace inf::workflow
