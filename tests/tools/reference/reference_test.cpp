#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "compiler/analysis/interpret.h"
#include "compiler/ir/shape.h"
#include "tests/workloads/files.h"
#include "tools/workflow/reference.h"
#include "workloads/weights/random.h"

using namespace inf;
using namespace inf::compiler;

namespace {

std::vector<float> noise(const std::string& name, std::int64_t count, float low = -1, float high = 1) {
  const workloads::CounterRandom random(11, name);
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(random.uniform(static_cast<std::uint64_t>(i), low, high));
  return values;
}

ValueId add_input(Graph& graph, const std::string& name, const Shape& shape) {
  const ValueId id = graph.add({.name = name, .shape = shape});
  graph.inputs.push_back(id);
  return id;
}

ValueId add_noise(Graph& graph, const std::string& name, const Shape& shape, float low = -1, float high = 1) {
  auto constant = std::make_shared<Constant>(Constant{shape, noise(name, elements(shape), low, high)});
  return graph.add({.name = name, .shape = shape, .constant = std::move(constant)});
}

ValueId add_node(Graph& graph, Operator op, std::vector<ValueId> inputs, const Shape& shape) {
  const ValueId out = graph.add({.name = fmt::format("v{}", graph.values.size()), .shape = shape});
  graph.nodes.push_back({std::move(op), std::move(inputs), out, fmt::format("node {}", graph.nodes.size())});
  return out;
}

// Both ways of running a graph, element by element; the tolerance covers another order of fp32 sums.
void check_against_interpreter(const Graph& graph) {
  std::vector<std::vector<float>> inputs;
  for (const ValueId id : graph.inputs) inputs.push_back(noise(graph.value(id).name, elements(graph.value(id).shape)));
  const auto want = interpret(graph, inputs);
  const std::vector<std::vector<float>> before = inputs;
  const auto got = workflow::run_reference(graph, inputs);
  CHECK(inputs == before);
  REQUIRE(got.size() == want.size());
  for (std::size_t o = 0; o < got.size(); ++o) {
    CHECK(got[o].shape == graph.value(graph.outputs[o]).shape);
    REQUIRE(got[o].data.size() == want[o].size());
    double largest = 0;
    for (std::size_t i = 0; i < want[o].size(); ++i) {
      largest = std::max(largest,
                         std::abs(double{got[o].data[i]} - want[o][i]) / std::max(1.0, std::abs(double{want[o][i]})));
    }
    CHECK(largest < 1e-5);
  }
}

// One operator; its first input is the graph's, the others are constants, and `absent` marks one that is left out.
struct Row {
  const char* name;
  Operator op;
  std::vector<Shape> inputs;
  Shape output;  // empty: inferred
};
const Shape kAbsent{-1};

Graph graph_of(const Row& row) {
  Graph graph;
  std::vector<ValueId> ids;
  std::vector<std::optional<Shape>> shapes;
  for (std::size_t i = 0; i < row.inputs.size(); ++i) {
    const bool absent = row.inputs[i] == kAbsent;
    shapes.push_back(absent ? std::nullopt : std::optional(row.inputs[i]));
    const std::string name = fmt::format("in{}", i);
    const bool variance = std::holds_alternative<BatchNorm>(row.op) && i == 4;
    ids.push_back(absent   ? kNoValue
                  : i == 0 ? add_input(graph, name, row.inputs[i])
                           : add_noise(graph, name, row.inputs[i], variance ? 0.1F : -1));
  }
  const Shape output = row.output.empty() ? infer_shape(row.op, shapes).value() : row.output;
  graph.outputs = {add_node(graph, row.op, ids, output)};
  return graph;
}

constexpr Activation relu{Act::relu}, sigmoid{Act::sigmoid}, leaky{Act::leaky_relu, 0.1F}, clip{Act::clip, 0, 0.5F};

}  // namespace

TEST_CASE("every operator agrees with the interpreter") {
  using C = Conv;
  using P = Pool;
  const Row rows[] = {
      {"conv", C{.pads = {1, 1, 1, 1}, .has_bias = true}, {{2, 5, 7, 9}, {6, 5, 3, 3}, {6}}, {}},
      {"conv of three channels", C{.pads = {1, 1, 1, 1}}, {{1, 3, 8, 8}, {16, 3, 3, 3}}, {}},
      {"conv 1x1", C{}, {{1, 32, 5, 5}, {16, 32, 1, 1}}, {}},
      {"conv, stride and uneven padding", C{.stride = {2, 3}, .pads = {0, 1, 2, 0}}, {{1, 4, 9, 11}, {8, 4, 3, 2}}, {}},
      {"conv, dilation 6",
       C{.dilation = {6, 6}, .pads = {6, 6, 6, 6}, .has_bias = true},
       {{1, 8, 7, 7}, {8, 8, 3, 3}, {8}},
       {}},
      {"conv, groups", C{.groups = 4}, {{1, 8, 6, 6}, {12, 2, 3, 3}}, {}},
      {"conv, depthwise", C{.pads = {1, 1, 1, 1}, .groups = 8}, {{1, 8, 6, 6}, {8, 1, 3, 3}}, {}},
      {"conv, relu", C{.has_bias = true, .act = relu}, {{1, 16, 6, 6}, {16, 16, 3, 3}, {16}}, {}},
      {"conv, sigmoid on a channel count that blocks do not divide",
       C{.act = sigmoid},
       {{1, 16, 4, 4}, {5, 16, 1, 1}},
       {}},
      {"conv, residual, relu",
       C{.pads = {1, 1, 1, 1}, .has_residual = true, .act = relu},
       {{1, 16, 6, 6}, {16, 16, 3, 3}, kAbsent, {1, 16, 6, 6}},
       {}},
      {"transposed conv",
       C{.stride = {2, 2}, .transposed = true, .has_bias = true},
       {{1, 6, 4, 5}, {6, 3, 2, 2}, {3}},
       {}},
      {"transposed conv, output padding",
       C{.stride = {2, 2}, .pads = {1, 1, 1, 1}, .transposed = true, .output_padding = {1, 1}},
       {{1, 4, 5, 5}, {4, 8, 3, 3}},
       {}},
      {"transposed conv, groups",
       C{.stride = {2, 2}, .groups = 2, .transposed = true},
       {{1, 8, 4, 4}, {8, 3, 3, 3}},
       {}},
      {"max pool", P{.kernel = {2, 2}, .stride = {2, 2}}, {{1, 16, 8, 8}}, {}},
      {"max pool 3, stride 1, padding of negative values",
       P{.kernel = {3, 3}, .pads = {1, 1, 1, 1}},
       {{1, 5, 6, 6}},
       {}},
      {"max pool, dilation", P{.kernel = {2, 2}, .dilation = {2, 3}}, {{1, 3, 9, 9}}, {}},
      {"average pool without padding in the count",
       P{.kind = P::Kind::average, .kernel = {3, 3}, .stride = {2, 2}, .pads = {1, 1, 1, 1}},
       {{1, 4, 7, 7}},
       {}},
      {"average pool with it",
       P{.kind = P::Kind::average, .kernel = {3, 3}, .stride = {2, 2}, .pads = {1, 1, 1, 1}, .count_include_pad = true},
       {{1, 4, 7, 7}},
       {}},
      {"global average pool", P{.kind = P::Kind::average, .kernel = {7, 5}}, {{2, 6, 7, 5}}, {}},
      {"bilinear, twice the size",
       Resize{.mode = Resize::Mode::linear, .scale = {2, 2}},
       {{1, 16, 5, 6}},
       {1, 16, 10, 12}},
      {"bilinear, smaller", Resize{.mode = Resize::Mode::linear, .scale = {0.5F, 0.25F}}, {{1, 3, 8, 8}}, {1, 3, 4, 2}},
      {"bilinear, a scale that is not the ratio",
       Resize{.mode = Resize::Mode::linear, .scale = {1.7F, 1.7F}},
       {{1, 3, 5, 5}},
       {1, 3, 8, 8}},
      {"bilinear, aligned corners",
       Resize{.mode = Resize::Mode::linear, .coordinates = Resize::Coordinates::align_corners, .scale = {2, 2}},
       {{1, 2, 4, 4}},
       {1, 2, 8, 8}},
      {"nearest",
       Resize{.coordinates = Resize::Coordinates::asymmetric, .round = Resize::Round::floor, .scale = {2, 2}},
       {{1, 4, 3, 3}},
       {1, 4, 6, 6}},
      {"batch norm", BatchNorm{}, {{2, 16, 5, 4}, {16}, {16}, {16}, {16}}, {}},
      {"batch norm of a matrix", BatchNorm{.epsilon = 1e-3F}, {{3, 7}, {7}, {7}, {7}, {7}}, {}},
      {"relu", Unary{relu}, {{3, 7}}, {}},
      {"leaky relu", Unary{leaky}, {{2, 5, 3, 3}}, {}},
      {"clip", Unary{clip}, {{9}}, {}},
      {"add", Binary{}, {{2, 3, 4}, {2, 3, 4}}, {}},
      {"multiply per channel, relu", Binary{Binary::Op::mul, relu}, {{1, 3, 4, 4}, {3, 1, 1}}, {}},
      {"matrix product", MatMul{}, {{5, 7}, {7, 3}}, {}},
      {"gemm", MatMul{.transpose_b = true, .has_bias = true, .alpha = 0.5F, .beta = 2}, {{5, 7}, {4, 7}, {4}}, {}},
      {"gemm, bias per row", MatMul{.has_bias = true}, {{5, 7}, {7, 4}, {5, 1}}, {}},
      {"transposed a", MatMul{.transpose_a = true, .act = relu}, {{7, 5}, {7, 4}}, {}},
      {"batched product", MatMul{.transpose_b = true}, {{2, 3, 5, 7}, {2, 3, 4, 7}}, {}},
      {"one matrix for all rows", MatMul{.has_bias = true}, {{2, 3, 7}, {7, 4}, {4}}, {}},
      {"broadcast product", MatMul{}, {{2, 1, 5, 7}, {1, 3, 7, 4}}, {}},
      {"concat of channels", Concat{1}, {{1, 16, 3, 3}, {1, 5, 3, 3}}, {}},
      {"concat, last axis", Concat{-1}, {{2, 3}, {2, 4}, {2, 1}}, {}},
      {"softmax", Softmax{-1}, {{4, 9}}, {}},
      {"softmax of channels", Softmax{1}, {{2, 5, 3, 3}}, {}},
      {"reshape", Reshape{}, {{2, 3, 4}}, {6, 4}},
      {"to NHWC", Transpose{{0, 2, 3, 1}}, {{1, 5, 3, 4}}, {}},
      {"slice", Slice{{0, 1, 0}, {1, 2, 1}}, {{2, 5, 3}}, {2, 2, 3}},
      {"pad", Pad{.mode = Pad::Mode::reflect, .before = {0, 1}, .after = {0, 2}}, {{3, 5}}, {}},
      {"mean", Reduce{.axes = {2, 3}}, {{1, 4, 3, 3}}, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    check_against_interpreter(graph_of(row));
  }
}

TEST_CASE("a value that is still to be read is not overwritten") {
  // Both ReLUs and the batch norm work in place where they may: here the convolution has two readers, and the graph's
  // input too.
  Graph graph;
  const Shape shape{1, 16, 6, 6};
  const ValueId x = add_input(graph, "x", shape);
  const ValueId conv = add_node(graph, Conv{.pads = {1, 1, 1, 1}}, {x, add_noise(graph, "w", {16, 16, 3, 3})}, shape);
  const ValueId a = add_node(graph, Unary{relu}, {conv}, shape);
  const ValueId b = add_node(graph, Binary{Binary::Op::sub}, {a, conv}, shape);
  const ValueId c = add_node(graph, Unary{relu}, {b}, shape);
  const ValueId d = add_node(graph, Unary{relu}, {x}, shape);
  const ValueId e = add_node(graph, Concat{1}, {c, c}, {1, 32, 6, 6});
  graph.outputs = {a, d, e, x};
  check_against_interpreter(graph);
}

TEST_CASE("inputs that do not fit") {
  const Graph graph = graph_of({"relu", Unary{relu}, {{3, 7}}, {}});
  CHECK(test::error_of([&] { workflow::run_reference(graph, {}); }).find("0 arrays for 1 graph inputs") !=
        std::string::npos);
  CHECK(test::error_of([&] {
          workflow::run_reference(graph, {std::vector<float>(20)});
        }).find("20 values for input 'in0', which takes 21") != std::string::npos);
}

TEST_CASE("progress counts every node") {
  const Graph graph = graph_of({"relu", Unary{relu}, {{3}}, {}});
  std::vector<std::size_t> seen;
  workflow::run_reference(graph, {{1, 2, 3}}, [&](std::size_t done, std::size_t total) { seen = {done, total}; });
  CHECK(seen == std::vector<std::size_t>{1, 1});
}
