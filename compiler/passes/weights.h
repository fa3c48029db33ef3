#pragma once
#include <optional>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// Per output channel: y becomes y * scale + shift.
struct Affine {
  std::vector<double> scale, shift;
};

/// Whether a Conv (plain, grouped or transposed) or a MatMul with a constant matrix can take an affine map of its
/// output channels into its weights: they are constants with data, and neither activation nor residual stands between.
bool takes_affine(const Graph& graph, const Node& node);

/// Multiplies weights and bias by the scale and adds the shift to the bias, in double, rounded once to fp32. A bias is
/// added where there was none.
void apply_affine(Graph& graph, Node& node, const Affine& affine);

/// The values of a constant per channel of `x` (axis 1 for rank 2 and more): one value, or a shape that varies along
/// the channel axis alone.
std::optional<std::vector<double>> per_channel(const Graph& graph, ValueId constant, const Shape& x);

}  // namespace inf::compiler
