#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "workloads/onnx/graph_writer.h"

namespace inf::workloads {

/// Rows of a weight [out, in].
struct Rows {
  std::int64_t from = 0, count = 0;
};

/// The layers that transformers share, as ONNX nodes. `scope` is the module's path in node names, `weight` its name in
/// the state dict.
class TransformerLayers {
 public:
  /// A weight by its name in the state dict; asked for once each.
  using Weights = std::function<std::shared_ptr<const WeightTensor>(const std::string& name)>;

  /// Shapes: tensors are [batch, tokens, width] unless said otherwise.
  TransformerLayers(GraphWriter graph, Weights weights, std::int64_t batch, std::int64_t width);

  /// MatMul with the transposed weight, and the bias behind it.
  std::string linear(const std::string& scope, const std::string& x, const std::string& weight);
  /// Gemm, for x [batch, width].
  std::string gemm(const std::string& scope, const std::string& x, const std::string& weight);
  std::string layer_norm(const std::string& scope, const std::string& x, const std::string& weight, float epsilon);
  /// 0.5 x (1 + erf(x / sqrt 2)), as exporters write it.
  std::string gelu(const std::string& scope, const std::string& x);

  /// [batch, tokens, width] -> [batch, heads, tokens, width / heads], and with the last two axes swapped.
  std::string split_heads(const std::string& scope, const std::string& x, std::int64_t tokens, std::int64_t heads);
  std::string split_heads_transposed(const std::string& scope, const std::string& x, std::int64_t tokens,
                                     std::int64_t heads);
  /// softmax(q k / sqrt(width / heads) + mask) v with the heads joined again. Shapes: q and v from split_heads, k from
  /// split_heads_transposed; the mask broadcasts to [batch, heads, q's tokens, k's tokens] and may be empty.
  std::string attend(const std::string& scope, const std::string& q, const std::string& k, const std::string& v,
                     const std::string& mask, std::int64_t tokens, std::int64_t heads);

  /// A weight as it is, and transposed: MatMul multiplies from the left.
  std::string vector(const std::string& name) { return vector(name, "", {}); }
  std::string matrix(const std::string& name) { return matrix(name, "", {}); }

  GraphWriter graph;

 protected:
  /// Rows of a weight under its name and `suffix`; none: all of them.
  std::string matrix(const std::string& name, const std::string& suffix, Rows rows);
  std::string vector(const std::string& name, const std::string& suffix, Rows rows);

 private:
  Weights weights_;
  std::int64_t batch_, width_;
};

}  // namespace inf::workloads
