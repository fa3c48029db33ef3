#include <doctest/doctest.h>

#include <string>

#include "compiler/analysis/interpret.h"
#include "isa/base/error.h"
#include "isa/numerics/simd.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/compiler/pipeline/chip_run.h"

using namespace inf;
using namespace inf::compiler;
using inf::test::GraphBuilder;

namespace {

/// A small encoder and decoder with a skip connection: every way in which operators share storage.
Graph unet(GraphBuilder& b) {
  const Pads same{1, 1, 1, 1};
  const ValueId x = b.input("image", {1, 3, 24, 40});
  const auto conv = [&](std::string name, ValueId from, std::int64_t in, std::int64_t out, std::int64_t h,
                        std::int64_t w, Act act) {
    return b.node(name, Conv{.pads = same, .has_bias = true, .act = {act}},
                  {from, b.constant(std::string(name) + ".w", {out, in, 3, 3}, 0.15f),
                   b.constant(std::string(name) + ".b", {out}, 0.1f)},
                  {1, out, h, w});
  };
  const ValueId c1 = conv("c1", x, 3, 64, 24, 40, Act::relu);
  const ValueId p1 = b.node("p1", Pool{Pool::Kind::max, {2, 2}, {2, 2}}, {c1}, {1, 64, 12, 20});
  const ValueId c2 = conv("c2", p1, 64, 96, 12, 20, Act::relu);
  const ValueId up =
      b.node("up", Resize{Resize::Mode::linear, Resize::Coordinates::half_pixel, Resize::Round::prefer_floor, {2, 2}},
             {c2}, {1, 96, 24, 40});
  const ValueId cat = b.node("cat", Concat{1}, {up, c1}, {1, 160, 24, 40});
  const ValueId c3 = conv("c3", cat, 160, 16, 24, 40, Act::relu);
  const ValueId scores = b.node("scores", Conv{.has_bias = true},
                                {c3, b.constant("s.w", {2, 16, 1, 1}, 0.3f), b.constant("s.b", {2})}, {1, 2, 24, 40});
  const ValueId nhwc = b.node("nhwc", Transpose{{0, 2, 3, 1}}, {scores}, {1, 24, 40, 2});
  return b.finish({nhwc, c3});
}

}  // namespace

TEST_CASE("a small CRAFT-like network equals the interpreter") {
  GraphBuilder b;
  const Graph graph = unet(b);
  const auto want = interpret(graph, b.inputs());
  struct Row {
    std::string name;
    DType compute;
    double limit;
  };
  for (const Row& row : {Row{"fp32", DType::fp32, 1e-5}, Row{"bf16", DType::bf16, 3e-2}, Row{"fp16", DType::fp16, 4e-3},
                         Row{"tf32", DType::tf32, 4e-3}}) {
    CAPTURE(row.name);
    const test::ChipRun run = test::run_on_chip(graph, b.inputs(), row.compute);
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(test::relative_error(run.outputs[i], want[i]) < row.limit);
  }
}

TEST_CASE("bits do not depend on threads or timing, cycles do not depend on values or threads") {
  GraphBuilder b;
  const Graph graph = unet(b);
  const test::ChipRun base = test::run_on_chip(graph, b.inputs(), DType::bf16, {.threads = 1});
  struct Row {
    std::string name;
    sim::SimOptions options;
  };
  const Row rows[] = {{"two threads", {.threads = 2}},
                      {"four threads", {.threads = 4}},
                      {"timing off", {.timing = false}},
                      {"values off", {.values = false}},
                      {"no hazard checks", {.check_hazards = false}}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const test::ChipRun run = test::run_on_chip(graph, b.inputs(), DType::bf16, row.options);
    if (row.options.values) CHECK(run.outputs == base.outputs);
    if (row.options.timing) CHECK(run.result.end == base.result.end);
  }
}

TEST_CASE("every SIMD level gives the bits of the slow reference") {
  GraphBuilder b;
  const Graph graph = unet(b);
  const numerics::SimdLevel before = numerics::simd_level(), host = numerics::host_simd_level();
  for (DType compute : {DType::bf16, DType::fp32}) {
    CAPTURE(std::string(name(compute)));
    numerics::set_simd_level(numerics::SimdLevel::reference);
    const test::ChipRun slow = test::run_on_chip(graph, b.inputs(), compute);
    for (const auto level : {numerics::SimdLevel::scalar, numerics::SimdLevel::avx2, numerics::SimdLevel::avx512}) {
      if (level > host) continue;
      CAPTURE(std::string(numerics::name(level)));
      numerics::set_simd_level(level);
      CHECK(test::run_on_chip(graph, b.inputs(), compute).outputs == slow.outputs);
    }
  }
  numerics::set_simd_level(before);
}

TEST_CASE("a program collected to the end runs like one made on demand") {
  GraphBuilder b;
  const Graph graph = unet(b);
  CompiledModel model = compile(graph, test::inf2());
  const isa::Program whole = isa::collect(*model.source);
  model.source->rewind();
  auto replay = isa::source_of(whole);
  const sim::SimOptions timing{.values = false};
  const sim::SimResult a = sim::simulate(test::inf2(), *model.source, {}, timing),
                       c = sim::simulate(test::inf2(), *replay, {}, timing);
  CHECK(a.end == c.end);
  CHECK(a.instructions == c.instructions);
  CHECK(a.kernel_events <= 6 * a.instructions);
}
