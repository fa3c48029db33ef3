#pragma once
#include "tools/workflow/model.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/run.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// Turns outputs into boxes where the workload asks for it; with `with_reference`, runs the fp32 reference, compares
/// outputs and boxes with it, and holds the figures against the workload's checks.
void judge(const Workload& workload, const LoadedWorkload& loaded, bool with_reference, Progress& progress,
           RunResult& result);

}  // namespace inf::workflow
