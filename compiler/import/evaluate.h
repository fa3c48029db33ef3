#pragma once
#include <fmt/format.h>

#include <optional>
#include <vector>

#include "compiler/import/model.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {

/// Result of a node whose inputs are all constants: the arithmetic on shapes that exporters leave in a model, and cheap
/// rearrangements of weights. Integers stay exact int64, floats are fp32. An absent optional input is an empty pointer.
/// Returns: empty when the type is not one that is evaluated here.
/// Errors: Error{import} without a place when the inputs do not fit, Error{unsupported} for attributes.
std::optional<Tensor> evaluate(const ModelNode& node, std::int64_t opset, const std::vector<const Tensor*>& inputs);

/// The part of `evaluate` that only rearranges elements or makes new ones; empty for other types.
std::optional<Tensor> evaluate_index(const ModelNode& node, std::int64_t opset,
                                     const std::vector<const Tensor*>& inputs);

/// An attribute of the node, `fallback` when it has none of that name.
/// Errors: Error{import} without a place when it has another type.
template <class T>
T attribute_or(const ModelNode& node, const std::string& key, T fallback) {
  const auto at = node.attributes.find(key);
  if (at == node.attributes.end()) return fallback;
  if (const T* v = std::get_if<T>(&at->second)) return *v;
  throw Error(ErrorKind::import, "", fmt::format("attribute '{}' has the wrong type", key),
              {"the file is damaged or was written for another opset"});
}

/// Elements of a shape that evaluation is about to fill: a damaged size must not ask for all memory.
/// Errors: Error{import} without a place for a negative size or more than 2^31 elements.
std::size_t evaluated_elements(const Shape& shape);

/// Shape of a value as an ONNX Shape node gives it, `start` and `end` (opset 15) included.
Tensor shape_tensor(const ModelNode& node, const Shape& shape);

/// An integer list given as an attribute, or as input `slot` from opset `moved` on; empty when absent.
std::vector<std::int64_t> integer_list(const ModelNode& node, const std::string& attribute, std::size_t slot,
                                       std::int64_t opset, std::int64_t moved,
                                       const std::vector<const Tensor*>& inputs);

}  // namespace inf::compiler::importer
