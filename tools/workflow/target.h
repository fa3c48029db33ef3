#pragma once
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/arch/instance.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// What a workload runs on.
struct Target {
  arch::ChipSpec chip;
  arch::InstanceSpec instance;
  std::vector<arch::InstanceSpec> sizes;  ///< of the instance's family, for messages about one that is too small
};

/// The files that a workload names. Errors: those of load_chip and load_instances; config for an instance that its file
/// lacks.
Target load_target(const Workload& workload);

}  // namespace inf::workflow
