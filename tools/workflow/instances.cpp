#include "tools/workflow/instances.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "isa/base/error.h"
#include "isa/base/nearest.h"

namespace inf::workflow {

const char* mode_name(RunOptions::Mode mode) {
  switch (mode) {
    case RunOptions::Mode::timing: return "timing";
    case RunOptions::Mode::values: return "values";
    case RunOptions::Mode::both: return "both";
  }
  return "";
}

arch::InstanceSpec find_instance(const Workload& workload) {
  return find_instance(workload, arch::load_instances(workload.instances));
}

arch::InstanceSpec find_instance(const Workload& workload, const std::vector<arch::InstanceSpec>& known) {
  if (workload.instance.empty()) return known.front();
  std::vector<std::string> names;
  for (const arch::InstanceSpec& instance : known) {
    if (instance.name == workload.instance) return instance;
    names.push_back(instance.name);
  }
  throw Error(ErrorKind::config, workload.instance_place,
              fmt::format("instance = {} is none of {}{}", workload.instance, fmt::join(names, ", "),
                          did_you_mean(workload.instance, names)));
}

}  // namespace inf::workflow
