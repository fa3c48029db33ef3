#include "workloads/onnx/transformer_layers.h"

#include <cmath>
#include <numbers>

#include "workloads/onnx/attributes.h"

namespace inf::workloads {

TransformerLayers::TransformerLayers(GraphWriter writer, Weights weights, std::int64_t batch, std::int64_t width)
    : graph(std::move(writer)), weights_(std::move(weights)), batch_(batch), width_(width) {}

std::string TransformerLayers::matrix(const std::string& name, const std::string& suffix, Rows rows) {
  return graph.floats_once(name + suffix + ".transposed", [&] {
    const std::shared_ptr<const WeightTensor> stored = weights_(name);
    const WeightTensor& w = *stored;
    const std::int64_t in = w.shape[1], count = rows.count > 0 ? rows.count : w.shape[0];
    WeightTensor out{{in, count}, std::vector<float>(static_cast<std::size_t>(in * count))};
    for (std::int64_t r = 0; r < count; ++r)
      for (std::int64_t c = 0; c < in; ++c)
        out.data[static_cast<std::size_t>(c * count + r)] = w.data[static_cast<std::size_t>((rows.from + r) * in + c)];
    return out;
  });
}

std::string TransformerLayers::vector(const std::string& name, const std::string& suffix, Rows rows) {
  return graph.floats_once(name + suffix, [&] {
    const std::shared_ptr<const WeightTensor> stored = weights_(name);
    const WeightTensor& w = *stored;
    if (rows.count == 0 || rows.count == w.shape[0]) return w;
    return WeightTensor{{rows.count}, {w.data.begin() + rows.from, w.data.begin() + rows.from + rows.count}};
  });
}

std::string TransformerLayers::linear(const std::string& scope, const std::string& x, const std::string& name) {
  const std::string product = graph.op("MatMul", scope, {x, matrix(name + ".weight")});
  return graph.op("Add", scope, {product, vector(name + ".bias")});
}

std::string TransformerLayers::gemm(const std::string& scope, const std::string& x, const std::string& name) {
  onnx::NodeProto& node = graph.add("Gemm", scope, {x, vector(name + ".weight"), vector(name + ".bias")});
  add_float(node, "alpha", 1);
  add_float(node, "beta", 1);
  add_int(node, "transB", 1);
  return node.output(0);
}

std::string TransformerLayers::layer_norm(const std::string& scope, const std::string& x, const std::string& name,
                                          float epsilon) {
  onnx::NodeProto& node = graph.add("LayerNormalization", scope, {x, vector(name + ".weight"), vector(name + ".bias")});
  add_int(node, "axis", -1);
  add_float(node, "epsilon", epsilon);
  return node.output(0);
}

std::string TransformerLayers::gelu(const std::string& scope, const std::string& x) {
  const std::string scaled = graph.op("Div", scope, {x, graph.scalar(std::numbers::sqrt2_v<float>)});
  const std::string one_more = graph.op("Add", scope, {graph.op("Erf", scope, {scaled}), graph.scalar(1.0F)});
  return graph.op("Mul", scope, {graph.op("Mul", scope, {x, one_more}), graph.scalar(0.5F)});
}

std::string TransformerLayers::split_heads(const std::string& scope, const std::string& x, std::int64_t tokens,
                                           std::int64_t heads) {
  const std::string parts = graph.reshape(scope, x, {batch_, tokens, heads, width_ / heads});
  return graph.transpose(scope, parts, {0, 2, 1, 3});
}

std::string TransformerLayers::split_heads_transposed(const std::string& scope, const std::string& x,
                                                      std::int64_t tokens, std::int64_t heads) {
  const std::string parts = graph.reshape(scope, x, {batch_, tokens, heads, width_ / heads});
  return graph.transpose(scope, parts, {0, 2, 3, 1});
}

std::string TransformerLayers::attend(const std::string& scope, const std::string& q, const std::string& k,
                                      const std::string& v, const std::string& mask, std::int64_t tokens,
                                      std::int64_t heads) {
  const auto width = static_cast<float>(width_ / heads);
  const std::string scaled = graph.op("Mul", scope, {q, graph.scalar(1.0F / std::sqrt(width))});
  std::string scores = graph.op("MatMul", scope, {scaled, k});
  if (!mask.empty()) scores = graph.op("Add", scope, {scores, mask});
  onnx::NodeProto& softmax = graph.add("Softmax", scope, {scores});
  add_int(softmax, "axis", -1);
  const std::string mixed = graph.op("MatMul", scope, {softmax.output(0), v});
  const std::string joined = graph.transpose(scope, mixed, {0, 2, 1, 3});
  return graph.reshape(scope, joined, {batch_, tokens, width_});
}

}  // namespace inf::workloads
