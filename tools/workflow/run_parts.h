#pragma once
#include "isa/arch/chip_spec.h"
#include "tools/workflow/fit.h"
#include "tools/workflow/program_run.h"
#include "tools/workflow/run.h"

namespace inf::workflow {

/// Outputs in graph order, cut back to the size of the inputs.
std::vector<NamedArray> model_outputs(const FittedWorkload& fitted, NamedValues& values);

/// Fills in what was run, on what, and how.
void describe(const Workload& workload, const LoadedWorkload& loaded, const arch::ChipSpec& chip,
              const RunOptions& options, Report& report);

}  // namespace inf::workflow
