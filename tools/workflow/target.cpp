#include "tools/workflow/target.h"

#include "isa/arch/chip_config.h"
#include "tools/workflow/instances.h"

namespace inf::workflow {

Target load_target(const Workload& workload) {
  Target target;
  target.chip = arch::load_chip(workload.chip);
  target.sizes = arch::load_instances(workload.instances);
  target.instance = find_instance(workload, target.sizes);
  return target;
}

}  // namespace inf::workflow
