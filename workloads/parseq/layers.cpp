#include "workloads/parseq/layers.h"

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

Rows rows_of(Part part, std::int64_t rows) {
  if (part == Part::all) return {0, rows};
  const std::int64_t third = rows / 3;
  return {third * (static_cast<std::int64_t>(part) - static_cast<std::int64_t>(Part::query)), third};
}

}  // namespace

Layers::Layers(GraphWriter writer, std::shared_ptr<TensorMap> weights, const ParseqOptions& o)
    : TransformerLayers(
          std::move(writer),
          [weights](const std::string& name) {
            return std::shared_ptr<const WeightTensor>(weights, &weights->at(name));
          },
          o.batch, o.shape.width),
      options(o),
      weights_(std::move(weights)) {}

std::string Layers::in_projection(const std::string& scope, const std::string& x, const std::string& name, Part part) {
  const Rows rows = rows_of(part, weight(name + ".in_proj_weight").shape[0]);
  const std::string product = graph.op("MatMul", scope, {x, matrix(name + ".in_proj_weight", suffix(part), rows)});
  return graph.op("Add", scope, {product, vector(name + ".in_proj_bias", suffix(part), rows)});
}

}  // namespace inf::workloads
