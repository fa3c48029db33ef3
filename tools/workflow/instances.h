#pragma once
#include <vector>

#include "isa/arch/instance.h"
#include "tools/workflow/run.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// The instance that a workload names, or the first of its file. Errors: config for a name that the file lacks.
arch::InstanceSpec find_instance(const Workload& workload);
/// The same among `known`, which are the sizes of its file.
arch::InstanceSpec find_instance(const Workload& workload, const std::vector<arch::InstanceSpec>& known);

/// "timing", "values" or "both".
const char* mode_name(RunOptions::Mode mode);

}  // namespace inf::workflow
