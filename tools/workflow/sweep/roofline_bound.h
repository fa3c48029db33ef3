#pragma once
#include <optional>

#include "tools/workflow/sweep/call_bound.h"
#include "tools/workflow/sweep/graph_facts.h"

namespace inf::workflow::sweep {

/// The least device time of one call by a graph and a chip alone, without compiling: the slowest of
/// - tensor: products at the rate of the array, of which a product fills as many rows as it has terms and as many
///   columns as an element has uses; streams shorter than the least interval, and changes of weights, at their cost;
/// - psum: every result leaves PSUM through the vector or the scalar engine, 1 element per partition and cycle;
/// - dma: inputs, outputs, and weights that find no room in SBUF, at the sustained rate of all DMA engines;
/// - memory: the same bytes at the rate of device memory;
/// - path: one transfer in and one out.
ProgramBound roofline(const GraphFacts& facts, const BoundTarget& target);

/// The same as metrics. Nothing where the host may take operators: which, only the compiler says.
std::optional<Bound> roofline_bound(const GraphFacts& facts, const BoundTarget& target);

}  // namespace inf::workflow::sweep
