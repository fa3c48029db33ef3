#pragma once
#include "tools/workflow/device_run.h"

namespace inf::workflow {

/// Answers a query by compiling and simulating. Errors: those of loading and compiling, unsupported included.
DeviceRun simulate_device(const DeviceQuery& query, Progress& progress);

}  // namespace inf::workflow
