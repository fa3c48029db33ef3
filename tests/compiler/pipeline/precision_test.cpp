#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "compiler/analysis/interpret.h"
#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/numerics/simd.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/compiler/pipeline/chip_run.h"

using namespace inf;
using namespace inf::compiler;
using inf::test::GraphBuilder;

namespace {

CompileOptions precision(DType compute, DType storage) {
  CompileOptions options;
  options.compute = compute;
  options.storage = storage;
  return options;
}

/// Two convolutions with a residual around the second, joined with the pooled and resized first one, then a product:
/// every way in which a value reaches the tensor engine or goes past it.
Graph network(GraphBuilder& b) {
  const Pads same{1, 1, 1, 1};
  const ValueId x = b.input("image", {1, 3, 12, 16});
  const auto conv = [&](const std::string& name, ValueId from, std::int64_t in, ValueId residual) {
    std::vector<ValueId> inputs{from, b.constant(name + ".w", {24, in, 3, 3}, 0.2f), b.constant(name + ".b", {24})};
    if (residual != kNoValue) inputs.push_back(residual);
    return b.node(
        name,
        Conv{.pads = same, .has_bias = true, .has_residual = residual != kNoValue, .act = {Act::leaky_relu, 0.1f}},
        inputs, {1, 24, 12, 16});
  };
  const ValueId c1 = conv("c1", x, 3, kNoValue), c2 = conv("c2", c1, 24, c1);
  const ValueId pool = b.node("pool", Pool{Pool::Kind::max, {2, 2}, {2, 2}}, {c1}, {1, 24, 6, 8});
  const ValueId up =
      b.node("up", Resize{Resize::Mode::linear, Resize::Coordinates::half_pixel, Resize::Round::prefer_floor, {2, 2}},
             {pool}, {1, 24, 12, 16});
  const ValueId cat = b.node("cat", Concat{1}, {c2, up}, {1, 48, 12, 16});
  const ValueId scaled =
      b.node("scaled", Binary{Binary::Op::mul}, {cat, b.constant("gain", {1, 48, 1, 1})}, {1, 48, 12, 16});
  const ValueId rows = b.node("rows", Reshape{}, {scaled}, {48, 192});
  const ValueId y = b.node("product", MatMul{}, {rows, b.constant("m", {192, 40}, 0.3f)}, {48, 40});
  return b.finish({b.node("scores", Softmax{-1}, {y}, {48, 40}), y});
}

/// Root of (sum of (a - b)^2 / sum of b^2): unlike the largest error it does not hang on one element.
double rms_error(const std::vector<float>& a, const std::vector<float>& b) {
  double noise = 0, signal = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    noise += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    signal += static_cast<double>(b[i]) * b[i];
  }
  return std::sqrt(noise / signal);
}

arch::ChipSpec chip_without_casts() {
  arch::ChipSpec chip = test::inf2();
  chip.dma.casts = false;
  return chip;
}

arch::ChipSpec chip_without_fp32() {
  arch::ChipSpec chip = chip_without_casts();
  chip.tensor.dtypes = {DType::bf16, DType::fp16, DType::int8};
  chip.tensor.fp32_passes = 0;
  return chip;
}

}  // namespace

TEST_CASE("casting nothing is as good as the interpreter, casting operands better than casting values too") {
  GraphBuilder b;
  const Graph graph = network(b);
  const auto want = interpret(graph, b.inputs());
  const auto error = [&](DType compute, DType storage) {
    const test::ChipRun run = test::run_on_chip(graph, b.inputs(), precision(compute, storage));
    REQUIRE(run.outputs.size() == want.size());
    return rms_error(run.outputs[1], want[1]);
  };
  CHECK(error(DType::fp32, DType::fp32) < 1e-6);
  struct Row {
    DType type, stored;
    double limit;  // of matmult: what rounding the operands alone may leave
  };
  for (const Row& row : {Row{DType::bf16, DType::bf16, 1e-2}, Row{DType::fp16, DType::fp16, 1e-3},
                         Row{DType::tf32, DType::tf32, 1e-3}, Row{DType::fp8_e4m3, DType::bf16, 2e-1}}) {
    CAPTURE(std::string(name(row.type)));
    const double matmult = error(row.type, DType::fp32), all = error(row.type, row.stored);
    CHECK(matmult < row.limit);
    CHECK(matmult > 1e-6);
    CHECK(all > matmult);
  }
}

TEST_CASE("a residual past the tensor engine keeps the bits it is stored in") {
  GraphBuilder b;
  const ValueId x = b.input("x", {1, 8, 6, 6}), residual = b.input("residual", {1, 8, 6, 6});
  const ValueId y = b.node("conv", Conv{.has_residual = true},
                           {x, b.constant("w", {8, 8, 1, 1}, 0), kNoValue, residual}, {1, 8, 6, 6});
  const Graph graph = b.finish({y});
  const arch::ChipSpec narrow = chip_without_fp32();
  for (const arch::ChipSpec* chip : {&test::inf2(), &narrow}) {
    CAPTURE(chip->dma.casts);
    CHECK(test::run_on_chip(graph, b.inputs(), precision(DType::bf16, DType::fp32), {}, *chip).outputs[0] ==
          b.inputs()[1]);
  }
}

TEST_CASE("a chip whose DMA does not cast gets the same values from its engines") {
  GraphBuilder b;
  const Graph graph = network(b);
  struct Row {
    std::string name;
    DType compute, storage;
  };
  for (const Row& row : {Row{"none", DType::fp32, DType::fp32}, Row{"matmult", DType::bf16, DType::fp32},
                         Row{"all", DType::bf16, DType::bf16}}) {
    CAPTURE(row.name);
    const CompileOptions options = precision(row.compute, row.storage);
    CHECK(test::run_on_chip(graph, b.inputs(), options, {}, chip_without_casts()).outputs ==
          test::run_on_chip(graph, b.inputs(), options).outputs);
  }
}

TEST_CASE("Inferentia, whose DMA does not cast and whose tensor engine takes no fp32, computes the network") {
  GraphBuilder b;
  const Graph graph = network(b);
  const auto want = interpret(graph, b.inputs());
  const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf1.yaml");
  struct Row {
    DType compute, storage;
    double limit;
  };
  for (const Row& row : {Row{DType::bf16, DType::fp32, 1e-2}, Row{DType::bf16, DType::bf16, 1e-2},
                         Row{DType::fp16, DType::fp32, 1e-3}, Row{DType::fp16, DType::fp16, 1e-3}}) {
    CAPTURE(std::string(name(row.compute)));
    CAPTURE(std::string(name(row.storage)));
    const test::ChipRun run = test::run_on_chip(graph, b.inputs(), precision(row.compute, row.storage), {}, chip);
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(rms_error(run.outputs[i], want[i]) < row.limit);
  }
}

TEST_CASE("a type that the tensor engine does not take is refused") {
  GraphBuilder b;
  const Graph graph = network(b);
  struct Row {
    DType compute;
    std::string message, note;
  };
  const Row rows[] = {{DType::fp32, "its tensor engine takes no fp32 operands, only bf16, fp16",
                       "cast what enters it: --auto-cast matmult, or all"},
                      {DType::tf32, "its tensor engine takes no tf32 operands, only bf16, fp16",
                       "choose another type with --auto-cast-type"},
                      {DType::fp8_e4m3, "its tensor engine takes no fp8_e4m3 operands, only bf16, fp16",
                       "choose another type with --auto-cast-type"}};
  for (const Row& row : rows) {
    CAPTURE(row.message);
    try {
      compile(graph, chip_without_fp32(), precision(row.compute, DType::fp32));
      FAIL_CHECK("was accepted");
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::unsupported);
      CHECK(e.where() == "inf2");
      CHECK(e.message() == row.message);
      CHECK(e.notes() == std::vector<std::string>{row.note});
    }
  }
}

TEST_CASE("operands of another type than the values give the same bits at every SIMD level") {
  GraphBuilder b;
  const Graph graph = network(b);
  const numerics::SimdLevel before = numerics::simd_level(), host = numerics::host_simd_level();
  struct Row {
    DType compute, storage;
  };
  for (const Row& row : {Row{DType::bf16, DType::fp32}, Row{DType::tf32, DType::tf32},
                         Row{DType::fp8_e4m3, DType::bf16}, Row{DType::fp8_e4m3, DType::fp32}}) {
    CAPTURE(std::string(name(row.compute)));
    const CompileOptions options = precision(row.compute, row.storage);
    numerics::set_simd_level(numerics::SimdLevel::reference);
    const test::ChipRun slow = test::run_on_chip(graph, b.inputs(), options);
    for (const auto level : {numerics::SimdLevel::scalar, numerics::SimdLevel::avx2, numerics::SimdLevel::avx512}) {
      if (level > host) continue;
      CAPTURE(std::string(numerics::name(level)));
      numerics::set_simd_level(level);
      CHECK(test::run_on_chip(graph, b.inputs(), options).outputs == slow.outputs);
    }
  }
  numerics::set_simd_level(before);
}

TEST_CASE("values kept beside the outputs change no bit of them") {
  GraphBuilder b;
  const Graph graph = network(b);
  struct Row {
    std::string name;
    DType compute, storage;
    double limit;
  };
  for (const Row& row : {Row{"none", DType::fp32, DType::fp32, 3e-6}, Row{"matmult", DType::bf16, DType::fp32, 2e-2},
                         Row{"all", DType::bf16, DType::bf16, 3e-2}}) {
    CAPTURE(row.name);
    CompileOptions options = precision(row.compute, row.storage);
    const test::ChipRun plain = test::run_on_chip(graph, b.inputs(), options);
    options.keep = {"c1.out", "c2.out", "pool.out", "up.out", "cat.out", "scaled.out", "rows.out"};
    const test::ChipRun kept = test::run_on_chip(graph, b.inputs(), options);
    REQUIRE(kept.outputs.size() == plain.outputs.size() + options.keep.size());
    CHECK(std::equal(plain.outputs.begin(), plain.outputs.end(), kept.outputs.begin()));
    Graph all = graph;
    for (const std::string& name : options.keep)
      for (std::size_t id = 0; id < all.values.size(); ++id)
        if (all.values[id].name == name) all.outputs.push_back(static_cast<ValueId>(id));
    const auto want = interpret(all, b.inputs());
    for (std::size_t i = 0; i < want.size(); ++i) {
      CAPTURE(i);
      CHECK(test::relative_error(kept.outputs[i], want[i]) < row.limit);
    }
  }
  CompileOptions unknown;
  unknown.keep = {"nothing"};
  CHECK_THROWS_WITH_AS(compile(graph, test::inf2(), unknown),
                       doctest::Contains("no operator makes a value 'nothing' to keep"), Error);
}
