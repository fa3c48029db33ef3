#pragma once
#include <memory>
#include <string>

#include "workloads/onnx/transformer_layers.h"
#include "workloads/parseq/options.h"

namespace inf::workloads {

/// Which part of an attention's fused input projection: rows of the queries, the keys or the values.
enum class Part : std::uint8_t { all, query, key, value };

/// PARSeq's layers as ONNX nodes.
class Layers : public TransformerLayers {
 public:
  Layers(GraphWriter graph, std::shared_ptr<TensorMap> weights, const ParseqOptions& options);
  /// The same layers written into the body of a loop.
  Layers inside(onnx::GraphProto& body) const { return {graph.inside(body), weights_, options}; }

  /// One part of a projection whose weight is [3 d, d], as MultiheadAttention stores it.
  std::string in_projection(const std::string& scope, const std::string& x, const std::string& weight, Part part);

  const WeightTensor& weight(const std::string& name) const { return weights_->at(name); }

  ParseqOptions options;

 private:
  std::shared_ptr<TensorMap> weights_;
};

}  // namespace inf::workloads
