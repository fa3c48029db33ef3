#include "tests/compiler/import/operator_cases.h"

#include <cmath>

namespace inf::tests {
namespace {

using I = std::int64_t;

Attr axis(I v) { return {"axis", v}; }
Attr list(const char* name, Dims v) { return {name, std::move(v)}; }
Attr text(const char* name, const char* v) { return {name, std::string(v)}; }

void add_windows(std::vector<OperatorCase>& cases) {
  const Operand x = Run{{1, 2, 5, 6}}, w = noise({3, 2, 3, 3}, 11), b = noise({3}, 12);
  const std::vector<OperatorCase> rows = {
      {"conv plain", 11, "Conv", {x, w, b}, {}},
      {"conv pads stride", 11, "Conv", {x, w, b}, {list("pads", {1, 0, 2, 1}), list("strides", {2, 1})}},
      {"conv dilation", 11, "Conv", {x, w}, {list("pads", {2, 2, 2, 2}), list("dilations", {2, 2})}},
      {"conv same upper", 11, "Conv", {x, w}, {text("auto_pad", "SAME_UPPER"), list("strides", {2, 2})}},
      {"conv same lower", 11, "Conv", {x, w}, {text("auto_pad", "SAME_LOWER"), list("strides", {2, 2})}},
      {"conv valid", 11, "Conv", {x, w}, {text("auto_pad", "VALID"), list("strides", {2, 2})}},
      {"conv grouped", 11, "Conv", {x, noise({4, 1, 2, 2}, 13)}, {{"group", I{2}}}},
      {"conv one axis",
       11,
       "Conv",
       {Run{{1, 2, 7}}, noise({3, 2, 3}, 14), b},
       {list("pads", {1, 0}), list("strides", {2})}},
      {"transposed plain",
       11,
       "ConvTranspose",
       {Run{{1, 2, 3, 3}}, noise({2, 2, 2, 2}, 15), noise({2}, 16)},
       {list("strides", {2, 2})}},
      {"transposed pads",
       11,
       "ConvTranspose",
       {Run{{1, 2, 3, 3}}, noise({2, 1, 3, 3}, 17)},
       {list("strides", {2, 2}), list("pads", {1, 0, 1, 1}), list("output_padding", {1, 0})}},
      {"transposed dilation",
       11,
       "ConvTranspose",
       {Run{{1, 1, 3, 2}}, noise({1, 1, 2, 2}, 18)},
       {list("dilations", {2, 3})}},
      {"transposed grouped", 11, "ConvTranspose", {Run{{1, 4, 2, 2}}, noise({4, 1, 2, 2}, 19)}, {{"group", I{2}}}},
      {"transposed output shape",
       11,
       "ConvTranspose",
       {Run{{1, 1, 3, 3}}, noise({1, 1, 3, 3}, 20)},
       {list("strides", {2, 2}), list("output_shape", {6, 6})}},
      {"transposed same upper",
       11,
       "ConvTranspose",
       {Run{{1, 1, 3, 3}}, noise({1, 1, 3, 3}, 20)},
       {list("strides", {2, 2}), text("auto_pad", "SAME_UPPER")}},
      {"transposed one axis", 11, "ConvTranspose", {Run{{1, 2, 4}}, noise({2, 1, 3}, 21)}, {list("strides", {2})}},
      {"max pool", 12, "MaxPool", {x}, {list("kernel_shape", {2, 2}), list("strides", {2, 2})}},
      {"max pool pads", 12, "MaxPool", {x}, {list("kernel_shape", {3, 3}), list("pads", {1, 1, 1, 1})}},
      {"max pool ceil",
       12,
       "MaxPool",
       {x},
       {list("kernel_shape", {2, 3}), list("strides", {2, 2}), {"ceil_mode", I{1}}}},
      {"max pool dilation", 12, "MaxPool", {x}, {list("kernel_shape", {2, 2}), list("dilations", {2, 3})}},
      {"max pool same",
       12,
       "MaxPool",
       {x},
       {list("kernel_shape", {2, 2}), list("strides", {2, 2}), text("auto_pad", "SAME_LOWER")}},
      {"max pool one axis", 12, "MaxPool", {Run{{1, 2, 7}}}, {list("kernel_shape", {3}), list("strides", {2})}},
      {"average pool", 11, "AveragePool", {x}, {list("kernel_shape", {2, 2}), list("strides", {2, 2})}},
      {"average pool pads",
       11,
       "AveragePool",
       {x},
       {list("kernel_shape", {3, 3}), list("pads", {1, 1, 1, 1}), list("strides", {2, 2})}},
      {"average pool counting pads",
       11,
       "AveragePool",
       {x},
       {list("kernel_shape", {3, 3}),
        list("pads", {1, 1, 1, 1}),
        list("strides", {2, 2}),
        {"count_include_pad", I{1}}}},
      {"average pool ceil",
       11,
       "AveragePool",
       {x},
       {list("kernel_shape", {2, 2}), list("strides", {2, 2}), {"ceil_mode", I{1}}}},
      {"global average pool", 11, "GlobalAveragePool", {x}, {}},
      {"global max pool", 11, "GlobalMaxPool", {x}, {}},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
}

void add_resizes(std::vector<OperatorCase>& cases) {
  const Operand x = Run{{1, 1, 3, 4}};
  const TensorSpec none = floats({0}, {}), twice = floats({4}, {1, 1, 2, 1.5}), smaller = floats({4}, {1, 1, 0.6, 0.7}),
                   sizes = ints({1, 1, 5, 7});
  for (const char* coordinates : {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"}) {
    const Attr c = text("coordinate_transformation_mode", coordinates);
    cases.push_back(
        {std::string("resize linear up ") + coordinates, 11, "Resize", {x, none, twice}, {c, text("mode", "linear")}});
    cases.push_back({std::string("resize linear down ") + coordinates,
                     11,
                     "Resize",
                     {x, none, smaller},
                     {c, text("mode", "linear")}});
    cases.push_back({std::string("resize linear sizes ") + coordinates,
                     13,
                     "Resize",
                     {x, Absent{}, Absent{}, sizes},
                     {c, text("mode", "linear")}});
    for (const char* nearest : {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})
      cases.push_back({std::string("resize nearest ") + coordinates + " " + nearest,
                       13,
                       "Resize",
                       {x, none, twice},
                       {c, text("nearest_mode", nearest)}});
  }
  cases.push_back({"resize opset 10 nearest", 10, "Resize", {x, twice}, {}});
  cases.push_back({"resize opset 10 linear", 10, "Resize", {x, twice}, {text("mode", "linear")}});
  cases.push_back({"upsample nearest", 9, "Upsample", {x, twice}, {}});
  cases.push_back({"upsample linear", 9, "Upsample", {x, twice}, {text("mode", "linear")}});
}

void add_elementwise(std::vector<OperatorCase>& cases) {
  const Operand x = Run{{2, 3}}, row = Run{{3}};
  for (const char* type : {"Relu", "Sigmoid", "Tanh", "Softplus", "Exp", "Abs", "Neg", "Reciprocal", "Erf", "Sin",
                           "Sign", "Elu", "HardSigmoid", "LeakyRelu"})
    cases.push_back({std::string("unary ") + type, 13, type, {x}, {}});
  for (const char* type : {"Add", "Sub", "Mul", "Div", "Max", "Min"})
    cases.push_back({std::string("binary ") + type, 13, type, {x, row}, {}});
  const std::vector<OperatorCase> rows = {
      {"unary HardSwish", 14, "HardSwish", {x}, {}},
      {"elu alpha", 13, "Elu", {x}, {{"alpha", 0.5f}}},
      {"hard sigmoid slopes", 13, "HardSigmoid", {x}, {{"alpha", 0.3f}, {"beta", 0.4f}}},
      {"leaky alpha", 13, "LeakyRelu", {x}, {{"alpha", 0.3f}}},
      {"prelu one slope", 13, "PRelu", {Run{{1, 2, 2, 2}}, floats({2, 1, 1}, {0.25, 0.25})}, {}},
      {"sqrt of squares", 13, "Pow", {x, scalar("float", 2)}, {}},
      {"pow integer exponent", 13, "Pow", {x, scalar("int64", 3)}, {}},
      {"clip attributes", 9, "Clip", {x}, {{"min", -0.5f}, {"max", 0.75f}}},
      {"clip inputs", 13, "Clip", {x, scalar("float", -0.5), scalar("float", 0.75)}, {}},
      {"clip lower only", 13, "Clip", {x, scalar("float", 0)}, {}},
      {"clip upper only", 13, "Clip", {x, Absent{}, scalar("float", 0.5)}, {}},
      {"sum of three", 13, "Sum", {x, row, x}, {}},
      {"max of three", 13, "Max", {x, row, Run{{1}}}, {}},
      {"batch norm",
       9,
       "BatchNormalization",
       {Run{{1, 2, 2, 2}}, noise({2}, 31), noise({2}, 32), noise({2}, 33), floats({2}, {0.5, 2})},
       {{"epsilon", 1e-3f}}},
      {"batch norm rank 2",
       14,
       "BatchNormalization",
       {Run{{3, 2}}, noise({2}, 31), noise({2}, 32), noise({2}, 33), floats({2}, {0.5, 2})},
       {}},
      {"softmax last axis", 13, "Softmax", {Run{{2, 2, 3}}}, {}},
      {"softmax axis 1", 13, "Softmax", {Run{{2, 3, 2}}}, {axis(1)}},
      {"softmax coerced", 11, "Softmax", {Run{{2, 3, 2}}}, {axis(1)}},
      {"softmax coerced default", 9, "Softmax", {Run{{2, 4}}}, {}},
      {"reduce mean", 13, "ReduceMean", {Run{{2, 3, 2}}}, {list("axes", {-1, 0}), {"keepdims", I{0}}}},
      {"reduce mean plane", 11, "ReduceMean", {Run{{1, 2, 3, 3}}}, {list("axes", {2, 3})}},
      {"reduce sum attribute", 11, "ReduceSum", {Run{{2, 3}}}, {list("axes", {1})}},
      {"reduce sum input", 13, "ReduceSum", {Run{{2, 3}}, ints({0})}, {{"keepdims", I{0}}}},
      {"reduce sum all", 13, "ReduceSum", {Run{{2, 3}}}, {}},
      {"reduce max", 13, "ReduceMax", {Run{{2, 3}}}, {list("axes", {1})}},
      {"reduce min", 13, "ReduceMin", {Run{{2, 3}}}, {list("axes", {1})}},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
}

void add_matrices(std::vector<OperatorCase>& cases) {
  const std::vector<OperatorCase> rows = {
      {"gemm", 13, "Gemm", {Run{{2, 3}}, noise({3, 2}, 41), noise({2}, 42)}, {}},
      {"gemm transposed",
       13,
       "Gemm",
       {Run{{3, 2}}, noise({2, 3}, 41), noise({2, 1}, 42)},
       {{"transA", I{1}}, {"transB", I{1}}, {"alpha", 0.5f}, {"beta", 2.0f}}},
      {"gemm without bias", 11, "Gemm", {Run{{2, 3}}, noise({3, 2}, 41)}, {}},
      {"matmul", 13, "MatMul", {Run{{2, 3}}, Run{{3, 4}}}, {}},
      {"matmul batched", 13, "MatMul", {Run{{2, 1, 2, 3}}, Run{{2, 3, 2}}}, {}},
      {"matmul vector left", 13, "MatMul", {Run{{3}}, Run{{2, 3, 2}}}, {}},
      {"matmul vector right", 13, "MatMul", {Run{{2, 2, 3}}, Run{{3}}}, {}},
      {"matmul two vectors", 13, "MatMul", {Run{{3}}, Run{{3}}}, {}},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
}

void add_moves(std::vector<OperatorCase>& cases) {
  const Operand x = Run{{2, 3, 4}};
  const std::vector<OperatorCase> rows = {
      {"flatten", 13, "Flatten", {x}, {}},
      {"flatten axis 0", 13, "Flatten", {x}, {axis(0)}},
      {"flatten negative", 13, "Flatten", {x}, {axis(-1)}},
      {"reshape copies and opens", 13, "Reshape", {x, ints({0, -1})}, {}},
      {"squeeze attribute", 11, "Squeeze", {Run{{1, 2, 1}}}, {list("axes", {0})}},
      {"squeeze input", 13, "Squeeze", {Run{{1, 2, 1}}, ints({-1})}, {}},
      {"squeeze all", 13, "Squeeze", {Run{{1, 2, 1}}}, {}},
      {"unsqueeze attribute", 11, "Unsqueeze", {Run{{2, 2}}}, {list("axes", {0, 3})}},
      {"unsqueeze input", 13, "Unsqueeze", {Run{{2, 2}}, ints({-1})}, {}},
      {"transpose", 13, "Transpose", {x}, {list("perm", {2, 0, 1})}},
      {"transpose reversed", 13, "Transpose", {x}, {}},
      {"concat", 13, "Concat", {x, Run{{2, 1, 4}}}, {axis(1)}},
      {"concat negative axis", 13, "Concat", {Run{{1, 2}}, Run{{1, 3}}}, {axis(-1)}},
      {"slice attributes", 9, "Slice", {x}, {list("starts", {0, 1}), list("ends", {9, -1}), list("axes", {0, 2})}},
      {"slice inputs", 13, "Slice", {x, ints({1, -3}), ints({3, -1}), ints({1, 2})}, {}},
      {"slice steps", 13, "Slice", {x, ints({0}), ints({9223372036854774784.0}), ints({2}), ints({2})}, {}},
      {"slice backwards", 13, "Slice", {x, ints({-1}), ints({-9223372036854774784.0}), ints({1}), ints({-1})}, {}},
      {"split attribute", 11, "Split", {x}, {axis(1), list("split", {1, 2})}, 2},
      {"split input", 13, "Split", {x, ints({2, 1})}, {axis(1)}, 2},
      {"split equal", 13, "Split", {x}, {axis(2)}, 2},
      {"pad attribute", 9, "Pad", {Run{{2, 3}}}, {list("pads", {0, 1, 1, 2}), {"value", 0.5f}}},
      {"pad input", 13, "Pad", {Run{{2, 3}}, ints({0, 1, 1, 2}), scalar("float", -1)}, {}},
      {"pad reflect", 13, "Pad", {Run{{3, 3}}, ints({2, 1, 1, 2})}, {text("mode", "reflect")}},
      {"pad edge", 13, "Pad", {Run{{2, 3}}, ints({1, 2, 1, 0})}, {text("mode", "edge")}},
      {"pad crops", 13, "Pad", {Run{{2, 3}}, ints({0, -1, 1, 0})}, {}},
      {"gather scalar", 13, "Gather", {x, scalar("int64", -1)}, {axis(1)}},
      {"gather sequence", 13, "Gather", {x, ints({3, 1})}, {axis(2)}},
      {"identity", 13, "Identity", {Run{{2, 2}}}, {}},
      {"dropout", 13, "Dropout", {Run{{2, 2}}}, {}},
      {"cast between floats", 13, "Cast", {Run{{2, 2}}}, {{"to", I{1}}}},
  };
  cases.insert(cases.end(), rows.begin(), rows.end());
}

}  // namespace

std::vector<OperatorCase> operator_cases() {
  std::vector<OperatorCase> cases;
  add_windows(cases), add_resizes(cases), add_elementwise(cases), add_matrices(cases), add_moves(cases);
  const std::vector<OperatorCase> more = sequence_cases();
  cases.insert(cases.end(), more.begin(), more.end());
  return cases;
}

std::vector<double> values_of(const Run& run, std::size_t position) {
  std::vector<double> values = noise(run.dims, static_cast<unsigned>(position) + 1, 2).values;
  if (run.type == "float") return values;
  for (double& v : values)
    v = run.type == "bool" ? (v > 0 ? 1.0 : 0.0) : std::floor(run.low + (v + 2) / 4 * (run.high - run.low));
  return values;
}

OnnxBuilder model_of(const OperatorCase& c) {
  OnnxBuilder b(c.opset);
  std::vector<std::string> inputs, outputs;
  for (std::size_t i = 0; i < c.operands.size(); ++i) {
    std::string name = std::string("x").append(std::to_string(i));
    if (const auto* run = std::get_if<Run>(&c.operands[i]))
      b.input(name, run->dims, run->type);
    else if (const auto* tensor = std::get_if<TensorSpec>(&c.operands[i]))
      b.weight(name, *tensor);
    else
      name.clear();
    inputs.push_back(name);
  }
  for (int i = 0; i < c.outputs; ++i)
    outputs.push_back(i == 0 ? std::string("y") : std::string("y").append(std::to_string(i)));
  b.node(c.type, inputs, outputs, c.attributes, "node");
  for (const std::string& o : outputs) b.output(o, {}, c.output_type);
  return b;
}

}  // namespace inf::tests
