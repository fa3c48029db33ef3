#pragma once
#include <functional>
#include <vector>

#include "compiler/pipeline/placement.h"
#include "isa/arch/chip_spec.h"
#include "tools/workflow/profile/profile.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/recorded_run.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// WhatIf::method.
inline constexpr const char* kReplayed = "replayed";           ///< the run's own instructions, at other numbers
inline constexpr const char* kPlannedAgain = "planned again";  ///< another program, whose streams are timed likewise

/// Compiles the run's model for another chip. Errors: as compile_placed().
using PlanAgain = std::function<compiler::PlacedModel(const arch::ChipSpec&)>;

/// The compiler with what the workload says; reads its model when first asked.
PlanAgain plan_again(const Workload& workload);

/// What each number of the chip does to the latency of a recorded run: the latency with a tenth less and a tenth more
/// of it (of a whole number the nearest other value), from the run's own instructions and without a simulation. Where
/// that moves the latency by half a percent or more, the compiler may decide otherwise: then, and for numbers that
/// instructions follow (max_moving, rows and columns by halves, SBUF, PSUM, DMA engines), the model is compiled again.
/// Lanes step by halves too. Operators on the host keep their time. Left out: parameters without effect, those at 0,
/// partitions (they change with rows, columns and lanes together), and what instructions follow where `plan_again` is
/// empty. Nothing without instructions in the recording.
std::vector<WhatIf> what_ifs(const RecordedRun& run, const arch::ChipSpec& chip, const PlanAgain& plan_again,
                             Progress& progress);

/// A value a step away from `value`: a tenth of it, for whole numbers rounded and at least 1; `value` where that is out
/// of the range.
double stepped(double value, bool whole, bool up, double low, double high);

}  // namespace inf::workflow
