#include <benchmark/benchmark.h>

#include "compiler/import/onnx.h"
#include "compiler/pipeline/pipeline.h"
#include "isa/arch/chip_config.h"
#include "isa/program/program.h"
#include "workloads/craft/craft.h"

// Import, compile and the making of all instructions, CRAFT with random weights. Budget: 3 s to compile at 2400.
namespace {

using namespace inf;

const arch::ChipSpec& chip() {
  static const arch::ChipSpec spec = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return spec;
}

std::string craft(std::int64_t size) {
  workloads::CraftOptions options;
  options.height = options.width = size;
  options.weights.source = workloads::WeightChoice::Source::random;
  return workloads::craft_onnx(options);
}

void import_craft(benchmark::State& state) {
  const std::string model = craft(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(compiler::import_onnx(model, "craft"));
}

void compile_craft(benchmark::State& state) {
  const compiler::Graph graph = compiler::import_onnx(craft(state.range(0)), "craft");
  for (auto _ : state) benchmark::DoNotOptimize(compiler::compile(graph, chip()));
}

/// Every segment of the program, as a simulator or a program file would pull it.
void emit_craft(benchmark::State& state) {
  const compiler::CompiledModel model =
      compiler::compile(compiler::import_onnx(craft(state.range(0)), "craft"), chip());
  std::int64_t bytes = 0;
  for (auto _ : state) {
    model.source->rewind();
    isa::Segment segment;
    bytes = 0;
    while (model.source->next(segment))
      for (const auto& code : segment.code) bytes += static_cast<std::int64_t>(code.size());
  }
  state.counters["code_bytes"] = static_cast<double>(bytes);
}

BENCHMARK(import_craft)->Arg(768)->Arg(2400)->Unit(benchmark::kMillisecond);
BENCHMARK(compile_craft)->Arg(768)->Arg(2400)->Unit(benchmark::kMillisecond);
BENCHMARK(emit_craft)->Arg(768)->Arg(2400)->Unit(benchmark::kMillisecond);

}  // namespace
