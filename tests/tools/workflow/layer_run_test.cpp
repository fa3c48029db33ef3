#include "tools/workflow/layer_run.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "isa/arch/chip_config.h"
#include "tests/compiler/pipeline/build_graph.h"

using namespace inf;
using namespace inf::workflow;
using namespace inf::compiler;

namespace {

/// Four convolutions; the third multiplies by `scale` and adds `offset`, the fourth takes both back.
LoadedWorkload network(float scale, float offset) {
  test::GraphBuilder b;
  const Shape image{1, 8, 6, 6};
  ValueId x = b.input("x", image);
  const auto conv = [&](const std::string& name, ValueId weights, ValueId bias, Pads pads = {}) {
    x = b.node(name, Conv{.pads = pads, .has_bias = true}, {x, weights, bias}, image);
  };
  const auto diagonal = [&](const std::string& name, float value) {
    std::vector<float> data(64);
    for (std::size_t i = 0; i < 8; ++i) data[9 * i] = value;
    return b.constant(name, {8, 8, 1, 1}, data);
  };
  conv("c1", b.constant("c1.w", {8, 8, 3, 3}, 0.2F), b.constant("c1.b", {8}), {1, 1, 1, 1});
  conv("c2", b.constant("c2.w", {8, 8, 1, 1}, 0.3F), b.constant("c2.b", {8}));
  conv("c3", diagonal("c3.w", scale), b.constant("c3.b", {8}, 0, offset));
  conv("c4", diagonal("c4.w", 1 / scale), b.constant("c4.b", {8}, 0, -offset / scale));
  LoadedWorkload loaded;
  loaded.graph = b.finish({x});
  loaded.inputs.push_back({"x", image, b.inputs()[0]});
  return loaded;
}

LayerErrors measure(const LoadedWorkload& loaded, Precision precision, double bound_db) {
  const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  Progress silent(false);
  LayerOptions options;
  options.bound_db = bound_db;
  options.precision = precision;
  return run_layers(loaded, loaded.graph, chip, {}, 0, options, silent);
}

std::string culprit(const LayerErrors& errors) {
  return std::max_element(
             errors.layers.begin(), errors.layers.end(),
             [](const LayerError& a, const LayerError& b) { return a.share.value_or(0) < b.share.value_or(0); })
      ->layer;
}

}  // namespace

TEST_CASE("the operator that a type cannot hold is named") {
  struct Row {
    std::string name;
    float scale, offset;
    Precision precision;
    std::string first;    ///< below 30 dB
    std::string culprit;  ///< with the largest share
  };
  const Row rows[] = {
      // 2^20 is past 65504, the largest fp16
      {"fp16 overflows", 1048576, 0, {DType::fp16, DType::fp16}, "c3", "c3"},
      {"bf16 has the range", 1048576, 0, {DType::bf16, DType::bf16}, "", ""},
      // fp32 holds what c3 makes, but c4 takes it as fp16
      {"an operand overflows", 1, 131072, {DType::fp16, DType::fp32}, "c4", "c4"},
      // Beside 256 eight bits keep nothing of a value around 1: c3 loses it, what is left shows after c4
      {"bf16 loses the bits", 1, 256, {DType::bf16, DType::bf16}, "c4", "c3"},
      {"fp32 keeps them", 1, 256, {DType::fp32, DType::fp32}, "", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const LoadedWorkload loaded = network(row.scale, row.offset);
    const LayerErrors errors = measure(loaded, row.precision, 30);
    CHECK((errors.first ? errors.layers[*errors.first].layer : std::string()) == row.first);
    double sum = 0;
    for (const LayerError& e : errors.layers) sum += e.share.value_or(0);
    CHECK(sum == doctest::Approx(errors.sum_snr_db ? 1 : 0));
    if (!row.culprit.empty()) CHECK(culprit(errors) == row.culprit);
  }
}

TEST_CASE("the outputs of the run are compared bit by bit") {
  const LoadedWorkload loaded = network(1, 0);
  const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  Progress silent(false);
  const Value& y = loaded.graph.value(loaded.graph.outputs[0]);
  const std::vector<NamedArray> wrong{{y.name, {y.shape, std::vector<float>(288, 1.0F)}}};
  CHECK_THROWS_WITH(run_layers(loaded, loaded.graph, chip, wrong, 0, {}, silent),
                    doctest::Contains("keeping values changed the output 'c4.out'"));
}
