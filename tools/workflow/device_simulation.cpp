#include "tools/workflow/device_simulation.h"

#include <algorithm>

#include "compiler/pipeline/placement.h"
#include "tools/workflow/busy_cores.h"
#include "tools/workflow/fit.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/segments.h"
#include "tools/workflow/stages.h"

namespace inf::workflow {
namespace {

constexpr double kMostOfIt = 0.5;  // an engine that is busy this share bounds a call

/// Adds the tensors that a call of a program copies, and its weights.
void add_tensors(const compiler::CompiledModel& model, DeviceRun& run) {
  const isa::ProgramImage& image = model.source->image();
  run.resident_bytes += model.weights.resident;
  run.streamed_bytes += model.weights.streamed;
  run.device_memory_bytes += image.dram_bytes;
  for (const isa::TensorEntry& tensor : image.tensors) switch (tensor.role) {
      case isa::TensorEntry::Role::input: run.input_bytes += tensor.bytes; break;
      case isa::TensorEntry::Role::output: run.output_bytes += tensor.bytes; break;
      case isa::TensorEntry::Role::constant: run.weight_bytes += tensor.bytes; break;
      case isa::TensorEntry::Role::scratch: break;
    }
}

void measure_engines_of(const std::vector<EngineUse>& engines, DeviceRun& run) {
  for (const EngineUse& use : engines) {
    run.utilisation.emplace_back(use.engine, use.utilisation);
    if (use.utilisation <= run.bound_share && !run.busiest.empty()) continue;
    run.bound_share = use.utilisation;
    run.busiest = use.engine;
  }
  run.bound = run.bound_share >= kMostOfIt ? run.busiest : "waiting";
}

/// One call with every core of the query at work: a copy of the programs on each.
void simulate_beside(const DeviceQuery& query, compiler::PlacedModel& model, DeviceRun& run, Progress& progress) {
  std::vector<isa::ProgramSource*> programs;
  for (compiler::CompiledSegment& segment : model.segments)
    if (segment.place == compiler::Place::chip) programs.push_back(segment.model.source.get());
  const BusyCores busy = simulate_busy_cores(query.chip, programs, {query.cores, 1, query.cores},
                                             static_cast<double>(query.runtime.device_start_ns), progress);
  run.interval_ns = busy.call_ns;
  run.memory_share = busy.limit_bytes_per_ns > 0 ? busy.bytes_per_ns / busy.limit_bytes_per_ns : 0;
}

RunOptions timing_only() {
  RunOptions options;
  options.mode = RunOptions::Mode::timing;
  return options;
}

/// A copy of the model on each core.
void simulate_copies(const DeviceQuery& query, const FittedWorkload& fitted, Progress& progress, DeviceRun& run) {
  arch::InstanceSpec instance;
  instance.runtime = query.runtime;
  instance.chips = 1;
  compiler::PlacedModel model = compiler::compile_placed(
      fitted.run().graph, query.chip, with_workload({}, query.workload), query.workload.host_operators);
  const PlacedRun placed = run_segments(model, query.chip, instance, fitted.run().inputs, timing_only(), progress);
  Report report;
  measure_placed(model, placed, query.chip, instance, query.workload.precision.compute, report);
  run.programs = 0;
  for (const compiler::CompiledSegment& segment : model.segments) {
    if (segment.place == compiler::Place::host) continue;
    ++run.programs;
    add_tensors(segment.model, run);
  }
  measure_engines_of(report.engines, run);
  run.call_ns = report.latency->device_ns;
  run.host_ns = report.latency->host_ns;
  run.macs = report.roofline->macs;
  run.dram_bytes = report.roofline->dram_read + report.roofline->dram_written;
  run.interval_ns = run.call_ns;
  if (query.cores > 1) simulate_beside(query, model, run, progress);
}

/// The model's layers spread over the cores: a chain of programs.
void simulate_chain(const DeviceQuery& query, const FittedWorkload& fitted, Progress& progress, DeviceRun& run) {
  const compiler::CompileOptions options = with_workload({}, query.workload);
  compiler::CompiledModel whole = compiler::compile(fitted.run().graph, query.chip, options);
  compiler::StagedModel staged =
      compiler::compile_stages(fitted.run().graph, query.chip, options, static_cast<std::size_t>(query.cores));
  const StagedRun chain = run_stages(staged, whole, query.chip, fitted.run().inputs, timing_only(), progress);
  const StagesUse use = measure_stages(staged, chain, query.chip, query.workload.precision.compute);
  add_tensors(whole, run);  // what the caller copies is what the whole model takes and gives
  run.device_memory_bytes = use.device_memory_bytes;
  run.resident_bytes = run.streamed_bytes = 0;
  std::vector<EngineUse> engines;
  for (std::size_t s = 0; s < staged.stages.size(); ++s) {
    run.resident_bytes += staged.stages[s].model.weights.resident;
    run.streamed_bytes += staged.stages[s].model.weights.streamed;
    const sim::SimResult& stage = chain.calls.cores[s].result;
    run.macs += stage.counters.macs;
    run.dram_bytes += stage.counters.dram_read + stage.counters.dram_written;
    const std::vector<EngineUse> uses = measure_engines(query.chip, stage);
    if (engines.empty()) engines.assign(uses.size(), {});
    for (std::size_t e = 0; e < uses.size(); ++e) {
      engines[e].engine = uses[e].engine;
      engines[e].utilisation += uses[e].busy_ns / (use.interval_ns * query.cores);
    }
  }
  measure_engines_of(engines, run);
  run.call_ns = use.fill_ns;
  run.interval_ns = use.interval_ns;
  for (const sim::ChipMemoryUse& memory : chain.calls.memory)
    run.memory_share = std::max(run.memory_share, static_cast<double>(memory.bytes) /
                                                      arch::Timebase(query.chip).to_ns(chain.calls.end) /
                                                      query.chip.memory.shared_bytes_per_ns);
}

}  // namespace

DeviceRun simulate_device(const DeviceQuery& query, Progress& progress) {
  DeviceRun run;
  const FittedWorkload fitted = fit(query.workload, false);
  const compiler::Graph& graph = fitted.run().graph;
  const compiler::Shape& first = graph.value(graph.inputs.front()).shape;
  run.batch = first.empty() ? 1 : static_cast<int>(first.front());
  switch (query.spread) {
    case Spread::data_parallel: simulate_copies(query, fitted, progress, run); break;
    case Spread::pipeline: simulate_chain(query, fitted, progress, run); break;
  }
  return run;
}

}  // namespace inf::workflow
