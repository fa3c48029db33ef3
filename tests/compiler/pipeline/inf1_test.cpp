#include <doctest/doctest.h>

#include <string>

#include "compiler/analysis/interpret.h"
#include "isa/base/error.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/compiler/pipeline/chip_run.h"

using namespace inf;
using namespace inf::compiler;
using inf::test::GraphBuilder;
using inf::test::inf1;

namespace {

CompileOptions in(DType type) {
  CompileOptions options;
  options.compute = options.storage = type;
  return options;
}

/// More channels than the array has columns, and than SBUF has partitions: convolutions with and without a residual,
/// pools, a resize into a concat, scales of channels, a product and a softmax.
Graph network(GraphBuilder& b) {
  const Pads same{1, 1, 1, 1};
  const ValueId x = b.input("image", {1, 3, 16, 20});
  const auto conv = [&](const std::string& name, ValueId from, std::int64_t in, std::int64_t out, std::int64_t h,
                        std::int64_t w, ValueId residual = kNoValue) {
    std::vector<ValueId> inputs{from, b.constant(name + ".w", {out, in, 3, 3}, 0.1f),
                                b.constant(name + ".b", {out}, 0.1f)};
    if (residual != kNoValue) inputs.push_back(residual);
    return b.node(name, Conv{.pads = same, .has_bias = true, .has_residual = residual != kNoValue, .act = {Act::relu}},
                  inputs, {1, out, h, w});
  };
  const ValueId c1 = conv("c1", x, 3, 96, 16, 20), c2 = conv("c2", c1, 96, 96, 16, 20, c1);
  const ValueId pool = b.node("pool", Pool{Pool::Kind::max, {2, 2}, {2, 2}}, {c2}, {1, 96, 8, 10});
  const ValueId c3 = conv("c3", pool, 96, 160, 8, 10);
  const ValueId up =
      b.node("up", Resize{Resize::Mode::linear, Resize::Coordinates::half_pixel, Resize::Round::prefer_floor, {2, 2}},
             {c3}, {1, 160, 16, 20});
  const ValueId cat = b.node("cat", Concat{1}, {up, c1}, {1, 256, 16, 20});
  const ValueId gain =
      b.node("gain", Binary{Binary::Op::mul}, {cat, b.constant("g", {1, 256, 1, 1})}, {1, 256, 16, 20});
  const ValueId c4 = conv("c4", gain, 256, 32, 16, 20);
  const ValueId rows = b.node("rows", Reshape{}, {c4}, {32, 320});
  const ValueId y = b.node("product", MatMul{}, {rows, b.constant("m", {320, 150}, 0.05f)}, {32, 150});
  return b.finish({b.node("scores", Softmax{-1}, {y}, {32, 150}), y, c4});
}

}  // namespace

TEST_CASE("a chip with half the columns, three engines and plain copies equals the interpreter") {
  GraphBuilder b;
  const Graph graph = network(b);
  const auto want = interpret(graph, b.inputs());
  struct Row {
    const char* name;
    DType type;
    double limit;
  };
  for (const Row& row : {Row{"bf16", DType::bf16, 3e-2}, Row{"fp16", DType::fp16, 4e-3}}) {
    CAPTURE(std::string(row.name));
    const test::ChipRun run = test::run_on_chip(graph, b.inputs(), in(row.type), {}, inf1());
    REQUIRE(run.outputs.size() == want.size());
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(test::relative_error(run.outputs[i], want[i]) < row.limit);
    for (const auto e : {arch::Engine::gpsimd, arch::Engine::sync})
      CHECK(run.result.counters.engines[static_cast<std::size_t>(e)].instructions == 0);
    const test::ChipRun dry = test::run_on_chip(graph, b.inputs(), in(row.type), {.values = false}, inf1());
    CHECK(dry.result.end == run.result.end);
  }
}

TEST_CASE("the same network takes longer than on inf2") {
  GraphBuilder b;
  const Graph graph = network(b);
  const auto ns = [&](const arch::ChipSpec& chip) {
    return arch::Timebase(chip).to_ns(
        test::run_on_chip(graph, b.inputs(), in(DType::bf16), {.values = false}, chip).result.end);
  };
  CHECK(ns(inf1()) > 1.5 * ns(test::inf2()));
}

TEST_CASE("fp32 products are refused with what to do") {
  GraphBuilder b;
  const Graph graph = network(b);
  try {
    compile(graph, inf1(), in(DType::fp32));
    FAIL("compiled");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::unsupported);
    CHECK(std::string(error.what()).find("inf1: its tensor engine takes no fp32 operands, only bf16, fp16") == 0);
    CHECK(std::string(error.what()).find("--auto-cast") != std::string::npos);
  }
}
