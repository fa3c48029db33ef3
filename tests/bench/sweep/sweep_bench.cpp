#include <benchmark/benchmark.h>

#include "compiler/pipeline/optimised.h"
#include "isa/arch/chip_config.h"
#include "sim/replay/stream_times.h"
#include "tools/workflow/fit.h"
#include "tools/workflow/sweep/evaluate.h"
#include "tools/workflow/sweep/shared_graphs.h"

// Points of a sweep with timing alone, each on a chip of its own, so that nothing of a chip is remembered: the whole,
// and its stages. Budget: 50 ms of CPU for ResNet-50 or PARSeq-tiny in one pass, compile included.
namespace {

using namespace inf;
using namespace inf::workflow;

WorkloadFile file_of(const std::string& name) {
  if (name != "parseq_tiny_nar") return read_workload_file(INF_SOURCE_DIR "/workloads/" + name + ".yaml");
  WorkloadFile file = read_workload_file(INF_SOURCE_DIR "/workloads/parseq.yaml");
  file.model.variant = PlacedText{"tiny", ""};
  file.model.modes = {{"nar", ""}};
  return file;
}

sweep::Case case_of(const std::string& name) {
  sweep::Case c;
  c.workload = file_of(name);
  c.chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  c.sizes = arch::load_instances(INF_SOURCE_DIR "/configs/instances/inf2.yaml");
  c.instance = c.sizes.front();
  return c;
}

/// Values that times, plans or both depend on, another combination each time.
class Chips {
 public:
  explicit Chips(arch::ChipSpec chip) : chip_(std::move(chip)) {}
  const arch::ChipSpec& next() {
    ++n_;
    chip_.sbuf.bytes_per_partition = (160 + 8 * (n_ % 13)) << 10;
    chip_.memory.bytes_per_ns = 200 + 10.0 * (n_ % 17);
    chip_.dma.bytes_per_ns = 8 + 0.25 * (n_ % 19);
    chip_.dma.start_ns = 1000 + n_;
    return chip_;
  }

 private:
  arch::ChipSpec chip_;
  int n_ = 0;
};

void point(benchmark::State& state, const std::string& name) {
  sweep::Case c = case_of(name);
  Chips chips(c.chip);
  sweep::Evaluator evaluator;
  evaluator.evaluate(c);  // loads the model
  for (auto _ : state) {
    c.chip = chips.next();
    const sweep::CaseOutcome outcome = evaluator.evaluate(c);
    if (outcome.status != sweep::Status::done) state.SkipWithError(outcome.reason.c_str());
  }
  state.counters["points_per_cpu_s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

/// A point that differs from an earlier one in what the host costs alone.
void remembered(benchmark::State& state, const std::string& name) {
  sweep::Case c = case_of(name);
  sweep::Evaluator evaluator;
  evaluator.evaluate(c);
  for (auto _ : state) {
    ++c.instance.runtime.call_overhead_ns;
    benchmark::DoNotOptimize(evaluator.evaluate(c));
  }
}

void compile(benchmark::State& state, const std::string& name) {
  const sweep::Case c = case_of(name);
  const Workload workload = resolve(c.workload);
  const auto graph = sweep::SharedGraphs().of(workload, c.chip);
  Chips chips(c.chip);
  for (auto _ : state)
    benchmark::DoNotOptimize(compiler::compile_optimised(graph->optimised, chips.next(), with_workload({}, workload)));
}

void emit(benchmark::State& state, const std::string& name) {
  const sweep::Case c = case_of(name);
  const Workload workload = resolve(c.workload);
  const auto model = compiler::compile_optimised(sweep::SharedGraphs().of(workload, c.chip)->optimised, c.chip,
                                                 with_workload({}, workload));
  for (auto _ : state) {
    model.source->rewind();
    for (isa::Segment segment; model.source->next(segment);) benchmark::DoNotOptimize(segment);
  }
}

void emit_and_time(benchmark::State& state, const std::string& name) {
  const sweep::Case c = case_of(name);
  const Workload workload = resolve(c.workload);
  const auto model = compiler::compile_optimised(sweep::SharedGraphs().of(workload, c.chip)->optimised, c.chip,
                                                 with_workload({}, workload));
  std::uint64_t instructions = 0;
  for (auto _ : state) instructions = sim::program_times(c.chip, *model.source).instructions;
  state.counters["instructions"] = static_cast<double>(instructions);
}

#define MODELS(stage)                                                                      \
  BENCHMARK_CAPTURE(stage, resnet50, "resnet50")->Unit(benchmark::kMillisecond);           \
  BENCHMARK_CAPTURE(stage, parseq_tiny, "parseq_tiny_nar")->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(stage, bert_base, "bert_base")->Unit(benchmark::kMillisecond)
MODELS(point);
MODELS(remembered);
MODELS(compile);
MODELS(emit);
MODELS(emit_and_time);

}  // namespace
