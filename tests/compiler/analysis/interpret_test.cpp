// What each graph operator means, on numbers small enough to check by hand. The operators of ONNX are checked against
// another runtime in tests/compiler/import.
#include "compiler/analysis/interpret.h"

#include <doctest/doctest.h>

#include <cmath>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::compiler;

namespace {

struct Row {
  const char* name;
  const char* text;
  std::vector<std::vector<float>> inputs;
  std::vector<float> want;
};

}  // namespace

TEST_CASE("operators by hand") {
  const Row rows[] = {
      {"conv with bias, residual, then relu",
       R"(
input %x: f32[1, 1, 2, 2]
const %w: f32[1, 1, 1, 2] = {1, 10}
const %b: f32[1] = {-30}
input %r: f32[1, 1, 2, 1]
%y: f32[1, 1, 2, 1] = conv(%x, %w, %b, %r) has_bias=true has_residual=true act=relu
output %y)",
       {{1, 2, 3, 4}, {0.5f, 0.5f}},
       {0, 13.5f}},
      {"conv padding and stride",
       R"(
input %x: f32[1, 1, 1, 3]
const %w: f32[1, 1, 1, 3] = {1, 10, 100}
%y: f32[1, 1, 1, 2] = conv(%x, %w) stride=[1, 2] pads=[0, 1, 0, 1]
output %y)",
       {{1, 2, 3}},
       {210, 32}},
      {"transposed conv spreads each input",
       R"(
input %x: f32[1, 1, 1, 2]
const %w: f32[1, 1, 1, 3] = {1, 10, 100}
%y: f32[1, 1, 1, 5] = conv(%x, %w) stride=[1, 2] transposed=true
output %y)",
       {{1, 2}},
       {1, 10, 102, 20, 200}},
      {"max pool ignores padding even when all are negative",
       R"(
input %x: f32[1, 1, 1, 3]
%y: f32[1, 1, 1, 3] = pool(%x) kernel=[1, 3] pads=[0, 1, 0, 1]
output %y)",
       {{-3, -2, -5}},
       {-2, -2, -2}},
      {"average pool divides by what it holds",
       R"(
input %x: f32[1, 1, 1, 3]
%y: f32[1, 1, 1, 3] = pool(%x) kind=average kernel=[1, 3] pads=[0, 1, 0, 1]
output %y)",
       {{3, 6, 9}},
       {4.5f, 6, 7.5f}},
      {"or by the window",
       R"(
input %x: f32[1, 1, 1, 3]
%y: f32[1, 1, 1, 3] = pool(%x) kind=average kernel=[1, 3] pads=[0, 1, 0, 1] count_include_pad=true
output %y)",
       {{3, 6, 9}},
       {3, 6, 5}},
      {"bilinear, half pixels, doubled",
       R"(
input %x: f32[1, 1, 1, 2]
%y: f32[1, 1, 1, 4] = resize(%x) mode=linear scale=[1, 2]
output %y)",
       {{0, 4}},
       {0, 1, 3, 4}},
      {"nearest, halves go down",
       R"(
input %x: f32[1, 1, 1, 4]
%y: f32[1, 1, 1, 2] = resize(%x) scale=[1, 0.5]
output %y)",
       {{0, 1, 2, 3}},
       {0, 2}},
      {"matrix product with both transposes, factors and bias",
       R"(
input %a: f32[2, 1]
const %b: f32[2, 2] = {1, 2, 3, 4}
const %c: f32[2] = {1, -1}
%y: f32[1, 2] = matmul(%a, %b, %c) transpose_a=true transpose_b=true has_bias=true alpha=0.5 beta=10
output %y)",
       {{1, 2}},
       {12.5f, -4.5f}},
      {"batch norm",
       R"(
input %x: f32[1, 2, 1, 1]
const %s: f32[2] = {2, 3}
const %t: f32[2] = {1, 1}
const %m: f32[2] = {1, 0}
const %v: f32[2] = {4, 1}
%y: f32[1, 2, 1, 1] = batch_norm(%x, %s, %t, %m, %v) epsilon=0
output %y)",
       {{3, 2}},
       {3, 7}},
      {"softmax of large numbers",
       R"(
input %x: f32[1, 2]
%y: f32[1, 2] = softmax(%x)
output %y)",
       {{1000, 1000}},
       {0.5f, 0.5f}},
      {"slice backwards",
       R"(
input %x: f32[5]
%y: f32[2] = slice(%x) start=[4] step=[-3]
output %y)",
       {{0, 1, 2, 3, 4}},
       {4, 1}},
      {"pad by reflection",
       R"(
input %x: f32[3]
%y: f32[7] = pad(%x) mode=reflect before=[2] after=[2]
output %y)",
       {{0, 1, 2}},
       {2, 1, 0, 1, 2, 1, 0}},
      {"reduce over the middle axis",
       R"(
input %x: f32[2, 2, 2]
%y: f32[2, 2] = reduce(%x) op=sum axes=[1] keep_dims=false
output %y)",
       {{1, 2, 3, 4, 5, 6, 7, 8}},
       {4, 6, 12, 14}},
      {"broadcasting",
       R"(
input %x: f32[2, 1]
input %z: f32[3]
%y: f32[2, 3] = binary(%x, %z) op=mul
output %y)",
       {{1, 10}, {1, 2, 3}},
       {1, 2, 3, 10, 20, 30}},
      // 2^24 + 1 is no fp32 number: each of the two ones is lost, as the order of the sum says
      {"sums are fp32 in ascending order",
       R"(
input %x: f32[1, 3]
const %w: f32[3, 1] = {1, 1, 1}
%y: f32[1, 1] = matmul(%x, %w)
output %y)",
       {{16777216, 1, 1}},
       {16777216}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Graph g = parse_graph(row.text);
    verify(g, "test");
    CHECK(interpret(g, row.inputs) == std::vector<std::vector<float>>{row.want});
  }
}

TEST_CASE("activation functions at points known on paper") {
  struct Point {
    Activation act;
    float x, want;
  };
  const Point points[] = {{{Act::none}, -2, -2},
                          {{Act::relu}, -2, 0},
                          {{Act::leaky_relu, 0.25f}, -2, -0.5f},
                          {{Act::clip, -1, 6}, 7, 6},
                          {{Act::sigmoid}, 0, 0.5f},
                          {{Act::tanh}, 0, 0},
                          {{Act::silu}, 0, 0},
                          {{Act::gelu}, 1, 0.841344746f},
                          {{Act::gelu_tanh}, 1, 0.841191990f},
                          {{Act::elu, 2}, -1, -1.26424112f},
                          {{Act::hard_sigmoid, 0.25f, 0.5f}, 1, 0.75f},
                          {{Act::hard_swish}, 1, 0.666666667f},
                          {{Act::softplus}, 0, 0.693147181f},
                          {{Act::exp}, 1, 2.71828183f},
                          {{Act::log}, 1, 0},
                          {{Act::sqrt}, 9, 3},
                          {{Act::abs}, -2, 2},
                          {{Act::neg}, 2, -2},
                          {{Act::reciprocal}, 4, 0.25f},
                          {{Act::erf}, 1, 0.842700793f},
                          {{Act::sin}, 0, 0},
                          {{Act::square}, -3, 9},
                          {{Act::sign}, -3, -1},
                          {{Act::mish}, 1, 0.865098388f}};
  CHECK(std::size(points) == static_cast<std::size_t>(Act::mish) + 1);  // a new function needs a point
  for (const Point& p : points) {
    CAPTURE(static_cast<int>(p.act.fn));
    CHECK(std::abs(apply(p.act, p.x) - p.want) <= 2e-7f * (1 + std::abs(p.want)));
  }
}

TEST_CASE("wrong inputs are refused") {
  const Graph g =
      parse_graph("graph \"g\"\ninput %x: f32[2]\nconst %k: f32[2]\n%y: f32[2] = binary(%x, %k)\noutput %y");
  const auto message = [&](const std::vector<std::vector<float>>& inputs) {
    try {
      interpret(g, inputs);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string("ran");
  };
  CHECK(message({}) == "g: 0 arrays for 1 graph inputs");
  CHECK(message({{1, 2, 3}}) == "g: 3 values for input 'x' of shape [2]");
  CHECK(message({{1, 2}}) == "g: 'k' has no values: its data was left out of the text form");
}
