#include <doctest/doctest.h>

#include <string>

#include "compiler/analysis/interpret.h"
#include "isa/base/error.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/compiler/pipeline/chip_run.h"

using namespace inf;
using namespace inf::compiler;
using inf::test::GraphBuilder;

namespace {

// Compiled for fp32 the chip computes what the interpreter computes but for the order of sums and, for the functions
// that have tables, their error; for bf16, what rounding operands to 8 bits leaves.
struct Tolerance {
  double fp32 = 3e-6, bf16 = 2e-2;
};

void check(const std::string& name, const Graph& graph, const GraphBuilder& builder, Tolerance tolerance = {}) {
  CAPTURE(name);
  try {
    const auto want = interpret(graph, builder.inputs());
    for (const auto& [compute, limit] :
         {std::pair{DType::fp32, tolerance.fp32}, std::pair{DType::bf16, tolerance.bf16}}) {
      CAPTURE(inf::name(compute));
      const test::ChipRun run = test::run_on_chip(graph, builder.inputs(), compute);
      REQUIRE(run.outputs.size() == want.size());
      for (std::size_t i = 0; i < want.size(); ++i) CHECK(test::relative_error(run.outputs[i], want[i]) < limit);
    }
  } catch (const Error& e) {
    FAIL_CHECK(std::string(e.what()));
  }
}

std::int64_t out_size(std::int64_t in, std::int64_t before, std::int64_t after, std::int64_t kernel,
                      std::int64_t dilation, std::int64_t stride) {
  return (in + before + after - (kernel - 1) * dilation - 1) / stride + 1;
}

}  // namespace

TEST_CASE("convolutions") {
  struct Row {
    std::string name;
    Shape x, w;
    Pair stride, dilation;
    Pads pads;
    std::int64_t groups;
    Activation act;
    bool residual = false;
  };
  const Row rows[] = {
      {"3 channels: taps share partitions",
       {1, 3, 20, 24},
       {64, 3, 3, 3},
       {1, 1},
       {1, 1},
       {1, 1, 1, 1},
       1,
       {Act::relu}},
      {"64 channels: two taps share partitions",
       {1, 64, 12, 16},
       {32, 64, 3, 3},
       {1, 1},
       {1, 1},
       {1, 1, 1, 1},
       1,
       {Act::relu}},
      {"two channel blocks, two output blocks", {1, 200, 9, 10}, {130, 200, 3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1, {}},
      {"pointwise", {1, 160, 7, 30}, {40, 160, 1, 1}, {1, 1}, {1, 1}, {}, 1, {}},
      {"stem: 7x7 stride 2", {1, 3, 33, 35}, {64, 3, 7, 7}, {2, 2}, {1, 1}, {3, 3, 3, 3}, 1, {Act::relu}},
      {"dilation 6", {1, 130, 14, 15}, {24, 130, 3, 3}, {1, 1}, {6, 6}, {6, 6, 6, 6}, 1, {}},
      {"uneven stride, dilation and padding",
       {1, 20, 17, 23},
       {10, 20, 3, 2},
       {3, 2},
       {2, 1},
       {0, 2, 3, 1},
       1,
       {Act::leaky_relu, 0.1f}},
      {"padding wider than the kernel", {1, 8, 5, 5}, {8, 8, 2, 2}, {1, 1}, {1, 1}, {4, 3, 2, 4}, 1, {}},
      {"depthwise", {1, 150, 10, 11}, {150, 1, 3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 150, {Act::clip, 0, 6}},
      {"groups", {1, 96, 8, 9}, {48, 24, 3, 3}, {2, 1}, {1, 1}, {1, 1, 1, 1}, 4, {}},
      {"groups wider than the array", {1, 300, 6, 6}, {280, 150, 1, 1}, {1, 1}, {1, 1}, {}, 2, {}},
      {"batch 2", {2, 16, 10, 12}, {20, 16, 3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1, {Act::relu}},
      {"residual", {1, 64, 10, 12}, {140, 64, 1, 1}, {1, 1}, {1, 1}, {}, 1, {Act::relu}, true},
      {"one pixel", {1, 130, 1, 1}, {70, 130, 1, 1}, {1, 1}, {1, 1}, {}, 1, {Act::hard_swish}},
      {"elu", {1, 6, 6, 7}, {5, 6, 3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1, {Act::elu, 1.0f}},
      {"wide rows: several PSUM tiles a row",
       {1, 5, 6, 1100},
       {6, 5, 3, 3},
       {1, 1},
       {1, 1},
       {1, 1, 1, 1},
       1,
       {Act::relu}},
  };
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId x = b.input("x", r.x);
    const ValueId w = b.constant("w", r.w, 0.2f), bias = b.constant("bias", {r.w[0]});
    const Shape y{r.x[0], r.w[0], out_size(r.x[2], r.pads.top, r.pads.bottom, r.w[2], r.dilation[0], r.stride[0]),
                  out_size(r.x[3], r.pads.left, r.pads.right, r.w[3], r.dilation[1], r.stride[1])};
    Conv conv{.stride = r.stride,
              .dilation = r.dilation,
              .pads = r.pads,
              .groups = r.groups,
              .has_bias = true,
              .has_residual = r.residual,
              .act = r.act};
    std::vector<ValueId> inputs{x, w, bias};
    if (r.residual) inputs.push_back(b.input("residual", y));
    const ValueId out = b.node("conv", conv, inputs, y);
    check(r.name, b.finish({out}), b, {r.act.fn == Act::elu ? 1e-4 : 3e-6, 2e-2});
  }
}

TEST_CASE("transposed convolutions") {
  struct Row {
    std::string name;
    Shape x, w;
    Pair stride, dilation;
    Pads pads;
    Pair output_padding;
    std::int64_t groups;
  };
  const Row rows[] = {
      {"unet: 2x2 stride 2", {1, 70, 6, 7}, {70, 20, 2, 2}, {2, 2}, {1, 1}, {}, {0, 0}, 1},
      {"4x4 stride 2 pad 1", {1, 16, 5, 6}, {16, 8, 4, 4}, {2, 2}, {1, 1}, {1, 1, 1, 1}, {0, 0}, 1},
      {"3x3 stride 2, output padding", {1, 16, 5, 6}, {16, 8, 3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1},
      {"stride above the kernel: outputs that no tap reaches",
       {1, 4, 4, 5},
       {4, 6, 2, 1},
       {3, 2},
       {1, 1},
       {},
       {0, 0},
       1},
      {"dilation and groups", {1, 8, 5, 5}, {8, 3, 3, 3}, {2, 1}, {2, 2}, {1, 2, 1, 2}, {0, 0}, 2},
  };
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId x = b.input("x", r.x);
    const ValueId w = b.constant("w", r.w, 0.2f), bias = b.constant("bias", {r.w[1] * r.groups});
    const auto size = [&](std::size_t axis, std::int64_t pads) {
      return (r.x[2 + axis] - 1) * r.stride[axis] - pads + (r.w[2 + axis] - 1) * r.dilation[axis] + 1 +
             r.output_padding[axis];
    };
    const Shape y{r.x[0], r.w[1] * r.groups, size(0, r.pads.top + r.pads.bottom), size(1, r.pads.left + r.pads.right)};
    Conv conv{.stride = r.stride,
              .dilation = r.dilation,
              .pads = r.pads,
              .groups = r.groups,
              .transposed = true,
              .has_bias = true,
              .output_padding = r.output_padding};
    const ValueId out = b.node("deconv", conv, {x, w, bias}, y);
    check(r.name, b.finish({out}), b);
  }
}

TEST_CASE("pooling") {
  struct Row {
    std::string name;
    Pool::Kind kind;
    Shape x;
    Pair kernel, stride, dilation;
    Pads pads;
    bool count_include_pad = false;
  };
  const Row rows[] = {
      {"max 2x2", Pool::Kind::max, {1, 130, 12, 14}, {2, 2}, {2, 2}, {1, 1}, {}},
      {"max 3x3 stride 1 pad 1", Pool::Kind::max, {1, 20, 9, 11}, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {"max 3x3 stride 2 pad 1", Pool::Kind::max, {2, 20, 11, 12}, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}},
      {"max dilated", Pool::Kind::max, {1, 8, 12, 12}, {2, 3}, {2, 1}, {2, 3}, {}},
      {"average 2x2", Pool::Kind::average, {1, 20, 8, 10}, {2, 2}, {2, 2}, {1, 1}, {}},
      {"average, border not counted", Pool::Kind::average, {1, 20, 8, 10}, {3, 3}, {1, 2}, {1, 1}, {1, 1, 1, 1}, false},
      {"average, border counted", Pool::Kind::average, {1, 20, 8, 10}, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, true},
      {"global average", Pool::Kind::average, {2, 140, 7, 9}, {7, 9}, {1, 1}, {1, 1}, {}},
      {"global max of a plane longer than one reduction",
       Pool::Kind::max,
       {1, 3, 100, 110},
       {100, 110},
       {1, 1},
       {1, 1},
       {}},
  };
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId x = b.input("x", r.x);
    const Shape y{r.x[0], r.x[1], out_size(r.x[2], r.pads.top, r.pads.bottom, r.kernel[0], r.dilation[0], r.stride[0]),
                  out_size(r.x[3], r.pads.left, r.pads.right, r.kernel[1], r.dilation[1], r.stride[1])};
    const ValueId out =
        b.node("pool", Pool{r.kind, r.kernel, r.stride, r.dilation, r.pads, r.count_include_pad}, {x}, y);
    check(r.name, b.finish({out}), b);
  }
}

TEST_CASE("resize") {
  using M = Resize::Mode;
  using C = Resize::Coordinates;
  using R = Resize::Round;
  struct Row {
    std::string name;
    M mode;
    C coordinates;
    R round;
    std::int64_t h, w;
  };
  const Row rows[] = {
      {"bilinear x2 half pixel", M::linear, C::half_pixel, R::prefer_floor, 14, 18},
      {"bilinear x3", M::linear, C::half_pixel, R::prefer_floor, 21, 27},
      {"bilinear odd sizes", M::linear, C::pytorch_half_pixel, R::prefer_floor, 11, 20},
      {"bilinear align corners", M::linear, C::align_corners, R::prefer_floor, 13, 17},
      {"bilinear asymmetric down", M::linear, C::asymmetric, R::prefer_floor, 4, 5},
      {"nearest x2 asymmetric floor", M::nearest, C::asymmetric, R::floor, 14, 18},
      {"nearest half pixel prefer floor", M::nearest, C::half_pixel, R::prefer_floor, 10, 12},
      {"nearest half pixel prefer ceil", M::nearest, C::half_pixel, R::prefer_ceil, 10, 12},
      {"nearest align corners ceil", M::nearest, C::align_corners, R::ceil, 15, 9},
  };
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId x = b.input("x", {1, 130, 7, 9});
    Resize resize{r.mode, r.coordinates, r.round, {static_cast<float>(r.h) / 7, static_cast<float>(r.w) / 9}};
    const ValueId out = b.node("resize", resize, {x}, {1, 130, r.h, r.w});
    check(r.name, b.finish({out}), b);
  }
}

TEST_CASE("elementwise") {
  struct Row {
    std::string name;
    Binary::Op op;
    Shape a, b;
    bool constant_b;
    Activation act;
    double fp32 = 3e-6;
  };
  const Row rows[] = {
      {"add", Binary::Op::add, {1, 30, 7, 9}, {1, 30, 7, 9}, false, {}},
      {"add relu, odd count", Binary::Op::add, {1, 3, 37, 41}, {1, 3, 37, 41}, false, {Act::relu}},
      {"sub scalar", Binary::Op::sub, {2, 5, 6}, {1}, true, {}},
      {"mul per channel", Binary::Op::mul, {1, 140, 5, 6}, {1, 140, 1, 1}, true, {}},
      {"add per channel then relu", Binary::Op::add, {2, 20, 5, 6}, {20, 1, 1}, true, {Act::relu}},
      {"mul broadcast over rows", Binary::Op::mul, {1, 12, 5, 6}, {1, 12, 1, 6}, false, {}},
      {"div", Binary::Op::div, {40, 50}, {40, 50}, false, {}, 1e-5},
      {"max of a broadcast constant", Binary::Op::max, {4, 6, 8}, {6, 8}, true, {}},
      {"min", Binary::Op::min, {400}, {400}, false, {}},
  };
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId x = b.input("a", r.a);
    // A divisor keeps away from zero.
    const ValueId y = r.op == Binary::Op::div ? b.node("shifted", Binary{Binary::Op::add, {}},
                                                       {b.input("b", r.b), b.constant("two", {1}, 0, 2)}, r.b)
                      : r.constant_b          ? b.constant("b", r.b)
                                              : b.input("b", r.b);
    const ValueId out = b.node("binary", Binary{r.op, r.act}, {x, y}, r.a);
    check(r.name, b.finish({out}), b, {r.fp32, 2e-2});
  }
  struct UnaryRow {
    std::string name;
    Activation act;
  };
  const UnaryRow unary[] = {{"sigmoid", {Act::sigmoid}},
                            {"tanh", {Act::tanh}},
                            {"relu", {Act::relu}},
                            {"leaky", {Act::leaky_relu, 0.2f}},
                            {"clip", {Act::clip, -0.5f, 0.5f}},
                            {"silu", {Act::silu}},
                            {"gelu", {Act::gelu}},
                            {"exp", {Act::exp}},
                            {"abs", {Act::abs}},
                            {"neg", {Act::neg}},
                            {"elu", {Act::elu, 0.5f}},
                            {"hard sigmoid", {Act::hard_sigmoid, 0.2f, 0.5f}},
                            {"hard swish", {Act::hard_swish}},
                            {"softplus", {Act::softplus}},
                            {"erf", {Act::erf}},
                            {"square", {Act::square}}};
  for (const UnaryRow& r : unary) {
    GraphBuilder b;
    const ValueId out = b.node("unary", Unary{r.act}, {b.input("x", {3, 1000})}, {3, 1000});
    check(r.name, b.finish({out}), b, {1e-5, 2e-2});
  }
}

TEST_CASE("matrix products, softmax, reductions") {
  struct Row {
    std::string name;
    Shape a, b, y;
    bool transpose_a, transpose_b, constant_b, bias;
  };
  const Row rows[] = {
      {"gemm, one row", {1, 300}, {300, 50}, {1, 50}, false, false, true, true},
      {"gemm transposed weights", {5, 512}, {200, 512}, {5, 200}, false, true, true, true},
      {"contraction below 128", {7, 60}, {60, 9}, {7, 9}, false, false, true, false},
      {"transposed input", {60, 7}, {60, 9}, {7, 9}, true, false, true, false},
      {"two activations", {20, 140}, {140, 30}, {20, 30}, false, false, false, false},
      {"batched", {3, 4, 10, 20}, {3, 4, 20, 12}, {3, 4, 10, 12}, false, false, false, false},
      {"rank 3 by matrix", {2, 9, 130}, {130, 40}, {2, 9, 40}, false, false, true, false},
  };
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId x = b.input("a", r.a);
    const ValueId w = r.constant_b ? b.constant("b", r.b, 0.2f) : b.input("b", r.b);
    std::vector<ValueId> inputs{x, w};
    if (r.bias) inputs.push_back(b.constant("bias", {r.y.back()}));
    const ValueId out = b.node(
        "matmul", MatMul{.transpose_a = r.transpose_a, .transpose_b = r.transpose_b, .has_bias = r.bias}, inputs, r.y);
    check(r.name, b.finish({out}), b);
  }
  for (const std::int64_t axis : {1, 2, -1}) {
    GraphBuilder b;
    const ValueId out = b.node("softmax", Softmax{axis}, {b.input("x", {2, 11, 6, 30})}, {2, 11, 6, 30});
    check("softmax", b.finish({out}), b, {1e-5, 2e-2});
  }
  struct ReduceRow {
    std::string name;
    Reduce::Op op;
    std::vector<std::int64_t> axes;
    Shape y;
  };
  const ReduceRow reduces[] = {{"mean over the plane", Reduce::Op::mean, {2, 3}, {2, 11, 1, 1}},
                               {"sum over channels", Reduce::Op::sum, {1}, {2, 1, 6, 30}},
                               {"max over the first axis", Reduce::Op::max, {0}, {1, 11, 6, 30}}};
  for (const ReduceRow& r : reduces) {
    GraphBuilder b;
    const ValueId out = b.node("reduce", Reduce{r.op, r.axes, true}, {b.input("x", {2, 11, 6, 30})}, r.y);
    check(r.name, b.finish({out}), b, {1e-5, 2e-2});
  }
}

TEST_CASE("data movement") {
  struct Row {
    std::string name;
    Operator op;
    Shape x, y;
  };
  const Row rows[] = {
      {"to NHWC", Transpose{{0, 2, 3, 1}}, {1, 5, 12, 14}, {1, 12, 14, 5}},
      {"swap", Transpose{{1, 0}}, {70, 90}, {90, 70}},
      {"slice with steps", Slice{{0, 1, 2, 0}, {1, 2, 1, 3}}, {1, 9, 10, 12}, {1, 4, 8, 4}},
      {"zero pad", Pad{Pad::Mode::constant, {0, 0, 1, 2}, {0, 0, 3, 1}, 0.5f}, {1, 4, 6, 7}, {1, 4, 10, 10}},
      {"reflect pad", Pad{Pad::Mode::reflect, {0, 0, 2, 1}, {0, 0, 1, 3}, 0}, {1, 4, 6, 7}, {1, 4, 9, 11}},
      {"edge pad", Pad{Pad::Mode::edge, {0, 0, 2, 0}, {0, 0, 1, 3}, 0}, {1, 4, 6, 7}, {1, 4, 9, 10}},
      {"reshape", Reshape{}, {2, 6, 10}, {12, 10}},
  };
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId out = b.node("move", r.op, {b.input("x", r.x)}, r.y);
    check(r.name, b.finish({out}), b, {1e-9, 1e-2});
  }
  GraphBuilder b;
  const ValueId x = b.input("x", {1, 20, 6, 7}), y = b.input("y", {1, 3, 6, 7});
  const ValueId a = b.node("a", Unary{{Act::relu}}, {x}, {1, 20, 6, 7}),
                c = b.node("c", Unary{{Act::neg}}, {y}, {1, 3, 6, 7});
  const ValueId joined = b.node("concat", Concat{1}, {a, c, y}, {1, 26, 6, 7});
  const ValueId out = b.node("after", Unary{{Act::abs}}, {joined}, {1, 26, 6, 7});
  check("concat: two parts in place, one copied", b.finish({out, joined}), b, {1e-9, 1e-2});
}
