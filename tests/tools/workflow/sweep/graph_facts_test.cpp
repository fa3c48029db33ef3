#include "tools/workflow/sweep/graph_facts.h"

#include <doctest/doctest.h>

#include "compiler/analysis/cost.h"
#include "compiler/passes/graph_passes.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/tools/workflow/sweep/bound_models.h"
#include "tools/workflow/sweep/demand.h"

namespace inf::workflow::sweep {
namespace {

using namespace compiler;

std::int64_t macs(const GraphWork& work) {
  std::int64_t sum = 0;
  for (const Product& p : work.products) sum += p.macs;
  return sum;
}

Graph conv(const Conv& op, const Shape& x, const Shape& w, const Shape& y) {
  test::GraphBuilder b;
  const ValueId in = b.input("x", x);
  return b.finish({b.node("conv", op, {in, b.constant("w", w)}, y)});
}

}  // namespace

TEST_CASE("convolutions: taps on padding, positions that nobody reads, weights without a use") {
  struct Row {
    const char* name;
    Conv op;
    Shape x, w, y;
    Product product;
    std::int64_t weights, input_elements;
  };
  Conv same, halved, up, depthwise;
  same.pads = {1, 1, 1, 1};
  halved.stride = {2, 2};
  up.transposed = true, up.stride = {2, 2};
  depthwise.groups = 4, depthwise.pads = {1, 1, 1, 1};
  const Row rows[] = {
      // 13 of 15 taps of each axis are on the picture.
      {"same size", same, {1, 2, 5, 5}, {4, 2, 3, 3}, {1, 4, 5, 5}, {8 * 13 * 13, 18, 25, 36}, 72, 50},
      {"every other position", halved, {2, 3, 5, 5}, {8, 3, 1, 1}, {2, 8, 3, 3}, {2 * 24 * 9, 3, 18, 8}, 24, 2 * 27},
      {"one position: the centre of the window", same, {1, 2, 1, 1}, {4, 2, 3, 3}, {1, 4, 1, 1}, {8, 18, 1, 36}, 8, 2},
      {"transposed", up, {1, 6, 4, 4}, {6, 5, 2, 2}, {1, 5, 8, 8}, {30 * 16 * 4, 24, 16, 20}, 120, 96},
      {"each channel alone", depthwise, {1, 4, 4, 4}, {4, 1, 3, 3}, {1, 4, 4, 4}, {4 * 10 * 10, 9, 16, 9}, 36, 64},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const GraphFacts facts = graph_facts(conv(row.op, row.x, row.w, row.y));
    REQUIRE(facts.certain.products.size() == 1);
    CHECK(facts.certain.products[0] == row.product);
    CHECK(facts.certain.results == elements(row.y));
    CHECK(facts.certain.weight_elements == row.weights);
    CHECK(facts.input_bytes == 4 * row.input_elements);
    CHECK(facts.output_bytes == 4 * elements(row.y));
    CHECK(facts.copied_bytes == 4 * (elements(row.x) + elements(row.y)));
    CHECK_FALSE(facts.passes_inputs_on);
  }
}

TEST_CASE("products: columns that nobody reads may never be computed") {
  struct Row {
    const char* name;
    std::int64_t first, second;  ///< where two parts of 8 columns of 32 begin
    std::int64_t columns;        ///< that are read for certain
  };
  const Row rows[] = {{"apart", 0, 24, 16}, {"the same", 8, 8, 8}, {"overlapping", 4, 8, 8}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    test::GraphBuilder b;
    const ValueId x = b.input("x", {6, 10});
    const ValueId y = b.node("product", MatMul{}, {x, b.constant("w", {10, 32})}, {6, 32});
    const auto part = [&](const char* name, std::int64_t at) {
      return b.node(name, Slice{{0, at}, {1, 1}}, {y}, {6, 8});
    };
    const Graph graph = b.finish({b.node("sum", Binary{}, {part("a", row.first), part("b", row.second)}, {6, 8})});
    CHECK(demand(graph)[static_cast<std::size_t>(y)] == 6 * row.columns);
    const GraphFacts facts = graph_facts(graph);
    CHECK(macs(facts.certain) == 6 * 10 * row.columns);
    CHECK(facts.certain.weight_elements == 10 * row.columns);
    CHECK(facts.input_bytes == 4 * 60);
  }
}

TEST_CASE("what moves and is not computed may pass in one transfer") {
  test::GraphBuilder b;
  const ValueId x = b.input("x", {4, 6});
  const ValueId turned = b.node("turn", Transpose{{1, 0}}, {x}, {6, 4});
  const GraphFacts facts = graph_facts(b.finish({turned}));
  CHECK(facts.passes_inputs_on);
  CHECK(facts.certain.products.empty());
}

TEST_CASE("products of models: never more than the graph has, and nearly all of them") {
  for (const test::BoundModel& model : test::small_models()) {
    CAPTURE(model.name);
    Graph graph = model.graph();
    run_graph_passes(graph);
    const GraphFacts facts = graph_facts(graph);
    const auto found = static_cast<double>(macs(facts.certain) + macs(facts.rounds)),
               all = static_cast<double>(total_macs(graph));
    CHECK(found <= all);
    CHECK(found >= 0.6 * all);
  }
}

}  // namespace inf::workflow::sweep
