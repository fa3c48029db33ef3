#include "workloads/parseq/layers.h"

#include <cmath>
#include <numbers>

#include "workloads/onnx/attributes.h"

namespace inf::workloads {
namespace {

const char* suffix(Part part) {
  switch (part) {
    case Part::all: return "";
    case Part::query: return ".query";
    case Part::key: return ".key";
    case Part::value: return ".value";
  }
  return "";
}

struct Rows {
  std::int64_t from, count;
};

Rows rows_of(Part part, std::int64_t rows) {
  if (part == Part::all) return {0, rows};
  const std::int64_t third = rows / 3;
  return {third * (static_cast<std::int64_t>(part) - static_cast<std::int64_t>(Part::query)), third};
}

}  // namespace

Layers::Layers(GraphWriter writer, std::shared_ptr<TensorMap> weights, const ParseqOptions& o)
    : graph(std::move(writer)), options(o), weights_(std::move(weights)) {}

// MatMul multiplies from the left, so the [out, in] of the state dict is written transposed.
std::string Layers::matrix(const std::string& name, Part part) {
  return graph.floats_once(name + suffix(part) + ".transposed", [&] {
    const WeightTensor& w = weight(name);
    const Rows rows = rows_of(part, w.shape[0]);
    const std::int64_t in = w.shape[1];
    WeightTensor out{{in, rows.count}, std::vector<float>(static_cast<std::size_t>(in * rows.count))};
    for (std::int64_t r = 0; r < rows.count; ++r)
      for (std::int64_t c = 0; c < in; ++c)
        out.data[static_cast<std::size_t>(c * rows.count + r)] =
            w.data[static_cast<std::size_t>((rows.from + r) * in + c)];
    return out;
  });
}

std::string Layers::vector(const std::string& name, Part part) {
  return graph.floats_once(name + suffix(part), [&] {
    const WeightTensor& w = weight(name);
    if (part == Part::all) return w;
    const Rows rows = rows_of(part, w.shape[0]);
    return WeightTensor{{rows.count}, {w.data.begin() + rows.from, w.data.begin() + rows.from + rows.count}};
  });
}

std::string Layers::linear(const std::string& scope, const std::string& x, const std::string& name) {
  const std::string product = graph.op("MatMul", scope, {x, matrix(name + ".weight", Part::all)});
  return graph.op("Add", scope, {product, vector(name + ".bias")});
}

std::string Layers::in_projection(const std::string& scope, const std::string& x, const std::string& name, Part part) {
  const std::string product = graph.op("MatMul", scope, {x, matrix(name + ".in_proj_weight", part)});
  return graph.op("Add", scope, {product, vector(name + ".in_proj_bias", part)});
}

std::string Layers::layer_norm(const std::string& scope, const std::string& x, const std::string& name, float epsilon) {
  onnx::NodeProto& node = graph.add("LayerNormalization", scope, {x, vector(name + ".weight"), vector(name + ".bias")});
  add_int(node, "axis", -1);
  add_float(node, "epsilon", epsilon);
  return node.output(0);
}

std::string Layers::gelu(const std::string& scope, const std::string& x) {
  const std::string scaled = graph.op("Div", scope, {x, graph.scalar(std::numbers::sqrt2_v<float>)});
  const std::string one_more = graph.op("Add", scope, {graph.op("Erf", scope, {scaled}), graph.scalar(1.0F)});
  return graph.op("Mul", scope, {graph.op("Mul", scope, {x, one_more}), graph.scalar(0.5F)});
}

std::string Layers::split_heads(const std::string& scope, const std::string& x, std::int64_t tokens,
                                std::int64_t heads) {
  const std::string parts = graph.reshape(scope, x, {options.batch, tokens, heads, options.shape.width / heads});
  return graph.transpose(scope, parts, {0, 2, 1, 3});
}

std::string Layers::split_heads_transposed(const std::string& scope, const std::string& x, std::int64_t tokens,
                                           std::int64_t heads) {
  const std::string parts = graph.reshape(scope, x, {options.batch, tokens, heads, options.shape.width / heads});
  return graph.transpose(scope, parts, {0, 2, 3, 1});
}

std::string Layers::attend(const std::string& scope, const std::string& q, const std::string& k, const std::string& v,
                           const std::string& mask, std::int64_t tokens, std::int64_t heads) {
  const auto width = static_cast<float>(options.shape.width / heads);
  const std::string scaled = graph.op("Mul", scope, {q, graph.scalar(1.0F / std::sqrt(width))});
  std::string scores = graph.op("MatMul", scope, {scaled, k});
  if (!mask.empty()) scores = graph.op("Add", scope, {scores, mask});
  onnx::NodeProto& softmax = graph.add("Softmax", scope, {scores});
  add_int(softmax, "axis", -1);
  const std::string mixed = graph.op("MatMul", scope, {softmax.output(0), v});
  const std::string joined = graph.transpose(scope, mixed, {0, 2, 1, 3});
  return graph.reshape(scope, joined, {options.batch, tokens, options.shape.width});
}

}  // namespace inf::workloads
