#include "compiler/ir/shape.h"

#include <doctest/doctest.h>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::compiler;

namespace {

struct Row {
  const char* name;
  Operator op;
  std::vector<std::optional<Shape>> inputs;
  Shape want;  ///< empty: refused
  const char* message = "";
};

}  // namespace

TEST_CASE("shapes follow from operators and inputs, or the reason is said") {
  const Shape x = {1, 4, 9, 7};
  const Row rows[] = {
      {"conv", Conv{}, {x, Shape{8, 4, 3, 3}}, {1, 8, 7, 5}},
      {"conv stride 2 pads", Conv{.stride = {2, 2}, .pads = {1, 1, 1, 1}}, {x, Shape{8, 4, 3, 3}}, {1, 8, 5, 4}},
      {"conv dilation 6 pads 6", Conv{.dilation = {6, 6}, .pads = {6, 6, 6, 6}}, {x, Shape{8, 4, 3, 3}}, {1, 8, 9, 7}},
      {"conv depthwise", Conv{.groups = 4}, {x, Shape{4, 1, 1, 1}}, x},
      {"conv kernel too large",
       Conv{},
       {x, Shape{8, 4, 3, 8}},
       {},
       "a window of 8 taps, dilation 1, does not fit the 7 positions padded by 0 and 0"},
      {"conv groups",
       Conv{.groups = 4},
       {x, Shape{6, 1, 1, 1}},
       {},
       "4 input and 6 output channels are not multiples of 4 groups"},
      {"conv bias", Conv{.has_bias = true}, {x, Shape{8, 4, 1, 1}, Shape{4}}, {}, "bias has shape [4], [8] is needed"},
      {"conv residual",
       Conv{.has_residual = true},
       {x, Shape{4, 4, 1, 1}, std::nullopt, Shape{1, 4, 1, 1}},
       {},
       "residual has shape [1, 4, 1, 1], [1, 4, 9, 7] is needed"},
      {"transposed", Conv{.stride = {2, 2}, .transposed = true}, {x, Shape{4, 6, 2, 2}}, {1, 6, 18, 14}},
      {"transposed groups",
       Conv{.groups = 2, .transposed = true, .output_padding = {1, 0}},
       {x, Shape{4, 3, 2, 2}},
       {1, 6, 11, 8}},
      {"pool", Pool{.kernel = {3, 3}, .stride = {2, 2}}, {x}, {1, 4, 4, 3}},
      {"broadcast", Binary{}, {Shape{4, 1, 7}, Shape{9, 1}}, {4, 9, 7}},
      {"no broadcast", Binary{}, {Shape{4, 3}, Shape{4}}, {}, "shapes [4, 3] and [4] do not broadcast"},
      {"matmul", MatMul{.transpose_b = true}, {Shape{5, 1, 2, 3}, Shape{4, 6, 3}}, {5, 4, 2, 6}},
      {"matmul depth", MatMul{}, {Shape{2, 3}, Shape{4, 5}}, {}, "the contraction axes differ: 3 of a and 4 of b"},
      {"concat", Concat{-3}, {x, Shape{1, 2, 9, 7}}, {1, 6, 9, 7}},
      {"concat mismatch",
       Concat{1},
       {x, Shape{1, 2, 9, 8}},
       {},
       "input 1 has shape [1, 2, 9, 8], it differs from [1, 4, 9, 7] outside axis 1"},
      {"transpose", Transpose{{0, 2, 3, 1}}, {x}, {1, 9, 7, 4}},
      {"transpose twice",
       Transpose{{0, 2, 2, 1}},
       {x},
       {},
       "perm [0, 2, 2, 1] does not permute the axes of [1, 4, 9, 7]"},
      {"pad crops", Pad{.before = {0, 0, -1, 0}, .after = {0, 0, 2, -3}}, {x}, {1, 4, 10, 4}},
      {"reflect too far",
       Pad{.mode = Pad::Mode::reflect, .before = {0, 0, 0, 7}, .after = {0, 0, 0, 0}},
       {x},
       {},
       "reflecting 7 and 0 positions needs more than the 7 on axis 3"},
      {"reduce", Reduce{.axes = {2, -1}, .keep_dims = false}, {x}, {1, 4}},
      {"softmax axis", Softmax{4}, {x}, {}, "axis 4 is outside the 4 axes of [1, 4, 9, 7]"},
      {"missing input", Binary{}, {x}, {}, "input 1 (b) is missing"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::string message;
    Shape got;
    try {
      got = infer_shape(row.op, row.inputs).value();
    } catch (const Error& e) {
      message = e.what();
    }
    CHECK(got == row.want);
    CHECK(message == row.message);
  }
}

TEST_CASE("operators whose shape is a parameter are checked against it") {
  const Shape x = {1, 4, 9, 7};
  struct Checked {
    const char* name;
    Operator op;
    Shape y;
    const char* message;
  };
  const Checked rows[] = {
      {"reshape", Reshape{}, {4, 63}, ""},
      {"reshape loses elements",
       Reshape{},
       {4, 62},
       "cannot reshape 252 elements of [1, 4, 9, 7] to 248 elements of [4, 62]"},
      {"slice", Slice{{0, 1, 8, 0}, {1, 2, -4, 1}}, {1, 2, 3, 7}, ""},
      {"slice leaves the axis",
       Slice{{0, 1, 8, 0}, {1, 2, -4, 1}},
       {1, 2, 4, 7},
       "4 positions from 8 in steps of -4 leave the 9 of axis 2"},
      {"resize", Resize{}, {1, 4, 20, 3}, ""},
      {"resize of channels",
       Resize{},
       {1, 5, 9, 7},
       "resize from [1, 4, 9, 7] to [1, 5, 9, 7]: only the two spatial axes may change"},
      {"anything else follows from its inputs",
       Unary{},
       {1, 4, 9, 8},
       "output has shape [1, 4, 9, 8], [1, 4, 9, 7] is needed"},
  };
  for (const Checked& row : rows) {
    CAPTURE(row.name);
    std::string message;
    try {
      check_shape(row.op, {x}, row.y);
    } catch (const Error& e) {
      message = e.what();
    }
    CHECK(message == row.message);
  }
}
