#include <benchmark/benchmark.h>

#include "tools/workflow/run.h"
#include "workloads/craft/options.h"

// `inf-sim run` on CRAFT, without the reference: timing alone, and values with timing. Budgets: timing alone at 2400
// in 1.5 s; values and timing in at most onnxruntime's fp32 time.
namespace {

using namespace inf;

workflow::Workload craft(int size) {
  workflow::Workload workload;
  workflow::BuiltinCraft model;
  model.size = workflow::Extent{size, size};
  model.weights.source = workloads::WeightChoice::Source::random;
  workload.name = "bench";
  workload.model = model;
  workload.inputs.push_back({.name = {}, .npy_or_seed = std::uint64_t{1}, .image = {}, .place = "bench"});
  workload.chip = INF_SOURCE_DIR "/configs/chips/inf2.yaml";
  workload.instances = INF_SOURCE_DIR "/configs/instances/inf2.yaml";
  return workload;
}

void run(benchmark::State& state, workflow::RunOptions::Mode mode) {
  const workflow::Workload workload = craft(static_cast<int>(state.range(0)));
  workflow::RunOptions options;
  options.mode = mode;
  options.reference = false;
  workflow::Progress progress(false);
  workflow::Report report;
  for (auto _ : state) report = workflow::run(workload, options, progress).report;
  state.counters["compile_s"] = report.host.compile_seconds;
  state.counters["simulate_s"] = report.host.simulate_seconds;
  state.counters["events_per_instruction"] =
      static_cast<double>(report.kernel_events) / static_cast<double>(report.instructions);
  state.counters["instructions_per_s"] = static_cast<double>(report.instructions) / report.host.simulate_seconds;
  if (mode != workflow::RunOptions::Mode::timing)
    state.counters["GFLOP_per_s"] =
        report.roofline ? 2e-9 * static_cast<double>(report.roofline->macs) / report.host.simulate_seconds : 0;
  state.counters["peak_bytes"] = report.host.peak_memory_bytes;
}

void timing_only(benchmark::State& state) { run(state, workflow::RunOptions::Mode::timing); }
void values_and_timing(benchmark::State& state) { run(state, workflow::RunOptions::Mode::both); }

BENCHMARK(timing_only)->Arg(768)->Arg(2400)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(values_and_timing)->Arg(768)->Arg(2400)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

}  // namespace
