#pragma once
#include "compiler/pipeline/pipeline.h"
#include "compiler/tiles/lower.h"

namespace inf::compiler {

/// In how many rounds the batch is done: where values that do not fit into SBUF would travel more than the weights do,
/// several, each of which streams the weights again, so that least is moved; otherwise 1. `whole` is the planned
/// program of the whole batch at once.
std::int64_t best_rounds(const Graph& graph, const TileProgram& whole, const arch::ChipSpec& chip,
                         const CompileOptions& options);

/// lower() of the graph with its batch in that many rounds, which best_rounds() returned; 1: as it is.
Lowered lower_in_rounds(Graph& graph, std::int64_t rounds, const arch::ChipSpec& chip, const CompileOptions& options,
                        std::int64_t weight_ring);

}  // namespace inf::compiler
