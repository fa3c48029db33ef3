#pragma once
#include "compiler/pipeline/pipeline.h"
#include "compiler/streams/plan_sbuf.h"
#include "compiler/tiles/lower.h"

namespace inf::compiler {

/// Tiles with their places in SBUF.
struct PlannedTiles {
  Lowered lowered;
  SbufPlan sbuf;
};

/// The graph lowered and planned again so that weights stay in SBUF from call to call: all of them, or those with the
/// largest gain as far as no further matrix is spilled for it, beside the ring of the others; `streaming` itself where
/// nothing is faster. The arithmetic stays the same: a choice whose operators would add up in another order is dropped.
/// Parameter columns stay in any case. `rounds`: as for lower_in_rounds. Errors: as compile().
Lowered keep_weights(const Graph& graph, const arch::ChipSpec& chip, const CompileOptions& options, std::int64_t rounds,
                     PlannedTiles streaming);

/// What became of the weights of a program.
WeightUse weight_use(const Lowered& lowered, const arch::ChipSpec& chip);

}  // namespace inf::compiler
