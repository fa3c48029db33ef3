#include <benchmark/benchmark.h>

#include "tests/sim/support/conv_program.h"

using namespace inf::sim;
using namespace inf::sim::test;

namespace {

constexpr int kTiles = 400;

/// Timing-only runs of a streamed convolution. Instructions and kernel events per second of host time; events per
/// instruction.
void timing_only(benchmark::State& state) {
  ConvProgram program(kTiles);
  SimOptions options;
  options.values = false;
  options.check_hazards = state.range(0) != 0;
  double instructions = 0, events = 0;
  for (auto _ : state) {
    program.rewind();
    const SimResult r = simulate(inf2(), program, {}, options);
    instructions += static_cast<double>(r.instructions);
    events += static_cast<double>(r.kernel_events);
  }
  state.counters["instructions/s"] = benchmark::Counter(instructions, benchmark::Counter::kIsRate);
  state.counters["kernel events/s"] = benchmark::Counter(events, benchmark::Counter::kIsRate);
  state.counters["events/instruction"] = events / instructions;
}
BENCHMARK(timing_only)->ArgName("hazards")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// Values and timing together, by number of threads.
void values(benchmark::State& state) {
  ConvProgram program(32);
  const auto inputs = program.inputs();
  SimOptions options;
  options.threads = static_cast<int>(state.range(0));
  options.timing = state.range(1) != 0;
  options.check_hazards = options.timing;
  double flops = 0;
  for (auto _ : state) {
    program.rewind();
    flops += 2.0 * static_cast<double>(simulate(inf2(), program, inputs, options).counters.macs);
  }
  state.counters["FLOP/s"] = benchmark::Counter(flops, benchmark::Counter::kIsRate);
}
BENCHMARK(values)
    ->ArgNames({"threads", "timing"})
    ->Args({1, 1})
    ->Args({2, 1})
    ->Args({2, 0})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// The host time of making the program alone, to be taken off the runs above.
void generate(benchmark::State& state) {
  ConvProgram program(kTiles);
  for (auto _ : state) {
    program.rewind();
    inf::isa::Segment segment;
    while (program.next(segment)) benchmark::DoNotOptimize(segment.code[0].data());
  }
  state.counters["instructions/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kTiles * ConvProgram::kInstructionsPerTile,
                         benchmark::Counter::kIsRate);
}
BENCHMARK(generate)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
