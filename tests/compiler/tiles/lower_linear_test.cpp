#include <doctest/doctest.h>

#include <algorithm>

#include "compiler/tiles/estimate.h"
#include "compiler/tiles/lower.h"
#include "isa/arch/chip_config.h"

using namespace inf;
using namespace inf::compiler;

namespace {

ValueId constant(Graph& graph, const std::string& name, Shape shape, float first) {
  std::vector<float> data(static_cast<std::size_t>(elements(shape)));
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = first + 0.25f * static_cast<float>(i % 7);
  auto held = std::make_shared<Constant>(Constant{shape, std::move(data)});
  return graph.add({name, Element::f32, std::move(shape), std::move(held)});
}

/// Two products of the same operand, one after the other.
Lowered products(bool same_weights, bool transpose_second) {
  const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  Graph graph;
  graph.name = "products";
  const Shape shape{1, 8, 32};
  const ValueId x = graph.add({"x", Element::f32, shape, nullptr});
  const ValueId w = constant(graph, "w", {32, 32}, -0.5f), v = constant(graph, "v", {32, 32}, 0.5f);
  const ValueId h = graph.add({"h", Element::f32, shape, nullptr}), y = graph.add({"y", Element::f32, shape, nullptr});
  graph.inputs = {x}, graph.outputs = {y};
  graph.nodes.push_back({MatMul{}, {x, w}, h, "first"});
  graph.nodes.push_back({MatMul{.transpose_b = transpose_second}, {h, same_weights ? w : v}, y, "second"});
  return lower(graph, chip, {}, weight_ring_bytes(chip));
}

std::vector<const TileTensor*> constants(const Lowered& lowered) {
  std::vector<const TileTensor*> list;
  for (const TileTensor& t : lowered.program.tensors)
    if (t.role == TileTensor::Role::constant) list.push_back(&t);
  return list;
}

}  // namespace

TEST_CASE("Products that stream the same weights in the same form share one constant") {
  const Lowered shared = products(true, false), other_weights = products(false, false),
                other_form = products(true, true);
  CHECK(constants(other_weights).size() == 2);
  CHECK(constants(other_form).size() == 2);
  CHECK(constants(shared).size() == 1);
}

TEST_CASE("Weights lie block by block of columns, partition by partition, rounded to the operand type") {
  const Lowered lowered = products(false, false);
  const TileTensor& w = *constants(lowered)[0];
  REQUIRE(w.data.size() == 32 * 32 * 2);
  const auto at = [&](std::size_t i) {
    return std::to_integer<unsigned>(w.data.bytes()[2 * i]) | std::to_integer<unsigned>(w.data.bytes()[2 * i + 1]) << 8;
  };
  CHECK(at(0) == 0xbf00);   // -0.5
  CHECK(at(1) == 0xbe80);   // -0.25
  CHECK(at(32) == 0x3f00);  // element 32: -0.5 + 0.25 * 4
}
