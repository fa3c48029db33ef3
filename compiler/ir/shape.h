#pragma once
#include <optional>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// Output shape of an operator from its input shapes (one per slot, empty optional for an absent one).
/// Empty when the shape is the operator's own parameter: Resize, Reshape and Slice.
/// Errors: Error{import} without a place when the inputs do not fit; the caller knows the node.
std::optional<Shape> infer_shape(const Operator& op, const std::vector<std::optional<Shape>>& inputs);

/// Checks that `output` is a possible output shape; the same errors as infer_shape.
void check_shape(const Operator& op, const std::vector<std::optional<Shape>>& inputs, const Shape& output);

/// Shapes of a node's input slots.
std::vector<std::optional<Shape>> input_shapes(const Graph& graph, const Node& node);

/// NumPy broadcasting of two shapes; Error{import} when they do not match.
Shape broadcast(const Shape& a, const Shape& b);

/// Output positions of a window of `kernel` taps along one axis: floor((size + before + after - reach) / stride) + 1, 0
/// when it does not fit.
std::int64_t window_positions(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                              std::int64_t before, std::int64_t after);

}  // namespace inf::compiler
