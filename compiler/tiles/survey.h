#pragma once
#include <optional>
#include <vector>

#include "compiler/analysis/support.h"
#include "compiler/ir/graph.h"
#include "compiler/pipeline/pipeline.h"
#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// What keeps each node of a graph off a chip, parallel to graph.nodes; empty where nothing does. It is the lowering
/// itself that is asked, node by node and without stopping at the first refusal, so the answer is what compile() would
/// say. The graph's ledger learns which nodes need no work, as in lower().
std::vector<std::optional<Obstacle>> survey(Graph& graph, const arch::ChipSpec& chip, const CompileOptions& options);

}  // namespace inf::compiler
