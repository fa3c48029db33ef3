#include "tools/workflow/stages.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "tests/compiler/pipeline/build_graph.h"

using namespace inf;
using namespace inf::workflow;
using test::GraphBuilder;

namespace {

arch::ChipSpec inf1() { return arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf1.yaml"); }

/// Six equal products, one after the other.
compiler::Graph products(GraphBuilder& b) {
  const std::int64_t rows = 128, width = 256;
  compiler::ValueId h = b.input("x", {1, rows, width});
  for (int i = 0; i < 6; ++i) {
    const std::string n = std::to_string(i);
    const compiler::ValueId w = b.constant("w" + n, {width, width}, 1 / std::sqrt(static_cast<float>(width)));
    h = b.node("product" + n, compiler::MatMul{}, {h, w}, {1, rows, width});
  }
  return b.finish({h});
}

}  // namespace

TEST_CASE("stages of a chain of products: fill, steady state, values") {
  const arch::ChipSpec chip = inf1();
  GraphBuilder b;
  const compiler::Graph graph = products(b);
  const std::vector<ModelInput> inputs = {{"x", {1, 128, 256}, b.inputs()[0]}};
  Progress progress;
  RunOptions options;
  options.threads = 1;
  std::vector<float> one;
  for (const std::size_t count : {1, 3, 6}) {  // six: two chips, and a link between them
    CAPTURE(count);
    compiler::StagedModel staged = compiler::compile_stages(graph, chip, {}, count);
    compiler::CompiledModel whole = compiler::compile(graph, chip);
    const StagedRun run = run_stages(staged, whole, chip, inputs, options, progress);
    const StagesUse use = measure_stages(staged, run, chip, DType::bf16);
    REQUIRE(use.stages.size() == count);
    double sum = 0;
    std::int64_t resident = 0;
    for (std::size_t s = 0; s < count; ++s) {
      const StageUse& stage = use.stages[s];
      CHECK(stage.chip == static_cast<int>(s) / chip.cores);
      CHECK(stage.weights.streamed == 0);
      resident += stage.weights.resident;
      CHECK(stage.bytes_in == (s == 0 ? 0 : 128 * 256 * 2));
      CHECK(stage.utilisation <= 1.01);
      sum += stage.ns;
    }
    CHECK(resident == std::int64_t{256} * 256 * 2 * 6);
    // a call passes every stage; results come as fast as the slowest one works
    CHECK(use.fill_ns >= 0.9 * sum);
    CHECK(use.interval_ns >= 0.99 * use.slowest_ns);
    CHECK(use.interval_ns <= use.fill_ns * 1.001);
    CHECK(use.balance > 0.5);  // first and last stage turn types as well, and stages this small wait for transfers
    CHECK(use.bubbles >= -0.001);
    CHECK(use.bubbles < 0.5);
    CHECK((use.link_bytes > 0) == (count > 4));
    CHECK(stages_text(use).find("steady state") != std::string::npos);
    const std::vector<float>& y = run.values.at(graph.value(graph.outputs[0]).name).data;
    if (one.empty()) one = y;
    CHECK(y == one);
  }
}

TEST_CASE("more cores than an instance has") {
  const arch::ChipSpec chip = inf1();
  arch::InstanceSpec instance;
  instance.name = "inf1.6xlarge";
  instance.chips = 4;
  struct Row {
    std::int64_t cores;
    bool accepted;
  };
  for (const Row& row : {Row{0, false}, Row{-4, false}, Row{1, true}, Row{16, true}, Row{17, false}}) {
    CAPTURE(row.cores);
    try {
      check_core_count(row.cores, chip, instance);
      CHECK(row.accepted);
    } catch (const Error& error) {
      CHECK(!row.accepted);
      CHECK(error.kind() == ErrorKind::usage);
      CHECK(error.message().find("is outside 1..16: inf1.6xlarge has 4 chips of 4 cores") != std::string::npos);
    }
  }
}
