#pragma once
#include <memory>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// What a node of constants computes: the interpreter's values, exactly.
/// Returns: null when an operand is computed at run time or was elided, when integers are involved that fp32 does not
/// hold (beyond 2^24), and for loops.
std::shared_ptr<const Constant> folded(const Graph& graph, const Node& node, const Shape& shape, Element element);

}  // namespace inf::compiler
