#pragma once
#include <optional>
#include <string>

#include "compiler/ir/graph.h"
#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// Why an operator cannot run on a chip, and what would make it work.
struct Obstacle {
  std::string why, way_out;
  friend bool operator==(const Obstacle&, const Obstacle&) = default;
};

/// What a chip lacks for an operator, whatever its sizes; empty when it lacks nothing. This is the one place that knows
/// which operator needs which part of a chip: the lowering asks it before every node, so that what is reported and what
/// is refused are the same. A Loop lacks what any node of its body lacks.
/// Source: Inf1 cannot form addresses from values (no GpSimd engine) nor branch on them (public lists of operators that
/// its compiler supports: no embedding, no index_put).
std::optional<Obstacle> support(const Graph& graph, const Node& node, const arch::ChipSpec& chip);

/// Does the number of rounds of a loop depend on run-time values?
bool leaves_early(const Graph& graph, const Node& node, const Loop& loop);

}  // namespace inf::compiler
