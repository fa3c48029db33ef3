#pragma once
#include <optional>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// Element type of an operator's (first) output from those of its input slots (empty optional for an absent one).
/// Comparisons and logic give booleans, ArgMax indices; arithmetic and moves keep the type of what they take.
/// Errors: Error{import} without a place when an operator cannot take such elements.
Element infer_element(const Operator& op, const std::vector<std::optional<Element>>& inputs);

/// Element types of a node's input slots.
std::vector<std::optional<Element>> input_elements(const Graph& graph, const Node& node);

}  // namespace inf::compiler
