#pragma once
#include <string>

#include "workloads/onnx/graph_writer.h"
#include "workloads/parseq/options.h"

namespace inf::workloads {

/// Which part of an attention's fused input projection: rows of the queries, the keys or the values.
enum class Part : std::uint8_t { all, query, key, value };

/// PARSeq's layers as ONNX nodes. `scope` is the module's path in node names, `weight` its name in the state dict.
class Layers {
 public:
  /// Shapes: tensors are [batch, tokens, d] unless said otherwise.
  Layers(GraphWriter graph, std::shared_ptr<TensorMap> weights, const ParseqOptions& options);
  /// The same layers written into the body of a loop.
  Layers inside(onnx::GraphProto& body) const { return {graph.inside(body), weights_, options}; }

  std::string linear(const std::string& scope, const std::string& x, const std::string& weight);
  /// One part of a projection whose weight is [3 d, d], as MultiheadAttention stores it.
  std::string in_projection(const std::string& scope, const std::string& x, const std::string& weight, Part part);
  std::string layer_norm(const std::string& scope, const std::string& x, const std::string& weight, float epsilon);
  /// 0.5 x (1 + erf(x / sqrt 2)), as exporters write it.
  std::string gelu(const std::string& scope, const std::string& x);

  /// [batch, tokens, d] -> [batch, heads, tokens, d / heads], and with the last two axes swapped.
  std::string split_heads(const std::string& scope, const std::string& x, std::int64_t tokens, std::int64_t heads);
  std::string split_heads_transposed(const std::string& scope, const std::string& x, std::int64_t tokens,
                                     std::int64_t heads);
  /// softmax(q k / sqrt(d / heads) + mask) v with the heads joined again. Shapes: q and v from split_heads, k from
  /// split_heads_transposed; the mask broadcasts to [batch, heads, q's tokens, k's tokens] and may be empty.
  std::string attend(const std::string& scope, const std::string& q, const std::string& k, const std::string& v,
                     const std::string& mask, std::int64_t tokens, std::int64_t heads);

  const WeightTensor& weight(const std::string& name) const { return weights_->at(name); }

  GraphWriter graph;
  ParseqOptions options;

 private:
  std::string matrix(const std::string& name, Part part);
  std::string vector(const std::string& name, Part part = Part::all);

  std::shared_ptr<TensorMap> weights_;
};

}  // namespace inf::workloads
