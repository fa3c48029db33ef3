#pragma once
#include "compiler/pipeline/placement.h"
#include "tools/workflow/sweep/call_bound.h"

namespace inf::workflow::sweep {

/// The least device time of one call of a compiled program: its instructions on each engine, its transfers on the DMA
/// engines and in device memory, each as if nothing ever had to wait for another part of the core. Where the mode
/// computes values and data decides how long the program runs, nothing is sure of its time. Draws the program in, and
/// leaves it at its start.
ProgramBound least_time(isa::ProgramSource& program, const arch::ChipSpec& chip, RunOptions::Mode mode);

/// The same of all programs of a model, in the order in which a call runs them: what the chip decides of a bound.
std::vector<ProgramBound> tile_programs(compiler::PlacedModel& model, const arch::ChipSpec& chip,
                                        RunOptions::Mode mode);

/// ... as metrics.
Bound tile_bound(compiler::PlacedModel& model, const BoundTarget& target);

}  // namespace inf::workflow::sweep
