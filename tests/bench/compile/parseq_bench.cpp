#include <benchmark/benchmark.h>

#include "compiler/import/onnx.h"
#include "compiler/passes/graph_passes.h"
#include "compiler/pipeline/pipeline.h"
#include "isa/arch/chip_config.h"
#include "isa/program/program.h"
#include "sim/kernel/simulate.h"
#include "tests/models/transformers.h"
#include "workloads/parseq/parseq.h"

// One point of a sweep, stage by stage and in sum, for recognisers as `inf-sim build` and as exporters write them.
// Budget: 50 ms for PARSeq-tiny in one pass, its ONNX held in memory, timing alone.
namespace {

using namespace inf;

const arch::ChipSpec& chip() {
  static const arch::ChipSpec spec = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return spec;
}

enum Model : std::int64_t { built_tiny_nar, exported_tiny_nar, exported_small_ar_50 };

std::string onnx(std::int64_t model) {
  if (model == built_tiny_nar) {
    workloads::ParseqOptions o;
    o.shape = workloads::parseq_tiny();
    o.mode = workloads::ParseqMode::nar;
    return workloads::parseq_onnx(o);
  }
  tests::ParseqSizes sizes = model == exported_tiny_nar ? tests::parseq_tiny() : tests::parseq_small();
  if (model == exported_small_ar_50) {
    sizes.decode = tests::ParseqSizes::Decode::sequential;
    sizes.characters = 50, sizes.refinements = 1;
  }
  return tests::parseq(tests::ExportStyle{}, sizes).bytes();
}

void import(benchmark::State& state) {
  const std::string bytes = onnx(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(compiler::import_onnx(bytes, "parseq"));
}

void passes(benchmark::State& state) {
  const compiler::Graph graph = compiler::import_onnx(onnx(state.range(0)), "parseq");
  for (auto _ : state) {
    compiler::Graph copy = graph;
    compiler::run_graph_passes(copy);
    benchmark::DoNotOptimize(copy);
  }
}

/// From the optimised graph to `stop_after`; empty: to a program. Graph passes find nothing more to do, yet they run.
void compile_to(benchmark::State& state, const std::string& stop_after) {
  compiler::Graph graph = compiler::import_onnx(onnx(state.range(0)), "parseq");
  compiler::run_graph_passes(graph);
  compiler::CompileOptions options;
  options.stop_after = stop_after;
  for (auto _ : state) benchmark::DoNotOptimize(compiler::compile(graph, chip(), options));
}
void lower(benchmark::State& state) { compile_to(state, "lower_to_tiles"); }
void lower_and_plan(benchmark::State& state) { compile_to(state, ""); }

void emit(benchmark::State& state) {
  const auto model = compiler::compile(compiler::import_onnx(onnx(state.range(0)), "parseq"), chip());
  for (auto _ : state) {
    model.source->rewind();
    for (isa::Segment segment; model.source->next(segment);) benchmark::DoNotOptimize(segment);
  }
}

sim::SimOptions timing_alone() {
  sim::SimOptions options;
  options.values = false;
  return options;
}

void emit_and_simulate(benchmark::State& state) {
  const auto model = compiler::compile(compiler::import_onnx(onnx(state.range(0)), "parseq"), chip());
  for (auto _ : state) {
    model.source->rewind();
    benchmark::DoNotOptimize(sim::simulate(chip(), *model.source, {}, timing_alone()));
  }
}

void sweep_point(benchmark::State& state) {
  const std::string bytes = onnx(state.range(0));
  for (auto _ : state) {
    const auto model = compiler::compile(compiler::import_onnx(bytes, "parseq"), chip());
    benchmark::DoNotOptimize(sim::simulate(chip(), *model.source, {}, timing_alone()));
  }
}

void models(benchmark::internal::Benchmark* b) {
  b->ArgName("model")->Arg(built_tiny_nar)->Arg(exported_tiny_nar)->Unit(benchmark::kMillisecond);
}

BENCHMARK(import)->Apply(models)->Arg(exported_small_ar_50);
BENCHMARK(passes)->Apply(models)->Arg(exported_small_ar_50);
BENCHMARK(lower)->Apply(models)->Arg(exported_small_ar_50);
BENCHMARK(lower_and_plan)->Apply(models)->Arg(exported_small_ar_50);
BENCHMARK(emit)->Apply(models);
BENCHMARK(emit_and_simulate)->Apply(models);
BENCHMARK(sweep_point)->Apply(models);

}  // namespace
