#pragma once
#include <string>
#include <variant>
#include <vector>

#include "tests/compiler/import/build_onnx.h"

namespace inf::tests {

/// Spellings that exporters differ in.
struct ExportStyle {
  int opset = 14;
  bool layer_norm_op = false;   ///< LayerNormalization (opset 17) instead of its parts
  bool computed_shapes = true;  ///< reshapes compute their sizes from Shape nodes, as traced models do
  bool tanh_gelu = false;
  bool split_qkv = false;  ///< Split and Squeeze instead of Gather
  bool sdpa = false;       ///< both q and k are multiplied by the root of the scale
  std::int64_t batch = 1;
};

/// Writes an ONNX graph node by node in the manner of torch.onnx: every constant a node, every linear layer a MatMul
/// and an Add, sizes computed from shapes. Values are named by the module path and a counter. Weights are seeded noise
/// in the order they are asked for.
class Exporter {
 public:
  explicit Exporter(const ExportStyle& style, unsigned seed = 1) : style(style), builder_(style.opset), seed_(seed) {}

  const ExportStyle style;
  using Value = std::string;
  /// A size that is known, or a scalar value of the graph.
  using Size = std::variant<std::int64_t, Value>;

  /// Module path of what follows, such as "/encoder/blocks.0".
  void enter(const std::string& path) { path_ = path; }
  Value input(const std::string& name, const Dims& dims, const std::string& type = "float");
  void output(const Value& from, const std::string& name, const Dims& dims);
  OnnxBuilder finish() { return std::move(builder_); }

  Value op(const std::string& type, const std::vector<Value>& inputs, const std::vector<Attr>& attributes = {});
  std::vector<Value> op(const std::string& type, const std::vector<Value>& inputs, const std::vector<Attr>& attributes,
                        int outputs);
  Value constant(const TensorSpec& tensor);
  Value number(double v) { return constant(scalar("float", v)); }
  Value list(std::vector<double> values) { return constant(ints(std::move(values))); }
  Value weight(const Dims& dims, float scale, float offset = 0);

  /// Size of an axis as a scalar: Shape, Constant, Gather; or the known size where shapes are not computed.
  Size size(const Value& x, std::int64_t axis, std::int64_t known);
  Value reshape(const Value& x, const std::vector<Size>& sizes);
  Value transpose(const Value& x, const Dims& perm) { return op("Transpose", {x}, {{"perm", perm}}); }
  Value unsqueeze(const Value& x, std::int64_t axis) { return op("Unsqueeze", {x, list({static_cast<double>(axis)})}); }
  Value squeeze(const Value& x, std::int64_t axis) { return op("Squeeze", {x, list({static_cast<double>(axis)})}); }
  Value slice(const Value& x, std::int64_t axis, std::int64_t from, std::int64_t to);
  Value concat(const std::vector<Value>& parts, std::int64_t axis) { return op("Concat", parts, {{"axis", axis}}); }
  Value add(const Value& a, const Value& b) { return op("Add", {a, b}); }

  /// Parameters that several nodes may share.
  struct Parameters {
    Value weight, bias;
    std::int64_t width = 0;  ///< of a norm
  };
  Parameters linear_parameters(std::int64_t in, std::int64_t out);  ///< [in, out]
  Parameters gemm_parameters(std::int64_t in, std::int64_t out);    ///< [out, in]
  Parameters norm_parameters(std::int64_t width);

  Value linear(const Value& x, const Parameters& p);  ///< MatMul and Add
  Value linear(const Value& x, std::int64_t in, std::int64_t out) { return linear(x, linear_parameters(in, out)); }
  Value gemm(const Value& x, const Parameters& p);  ///< x has two axes
  Value gemm(const Value& x, std::int64_t in, std::int64_t out) { return gemm(x, gemm_parameters(in, out)); }
  Value layer_norm(const Value& x, const Parameters& p, double epsilon);
  Value layer_norm(const Value& x, std::int64_t width, double epsilon) {
    return layer_norm(x, norm_parameters(width), epsilon);
  }
  Value gelu(const Value& x);
  Value mlp(const Value& x, std::int64_t width, std::int64_t hidden);

 private:
  OnnxBuilder builder_;
  unsigned seed_;
  std::string path_;
  int count_ = 0;
};

}  // namespace inf::tests
