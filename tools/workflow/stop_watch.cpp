#include "tools/workflow/stop_watch.h"

#include <sys/resource.h>

namespace inf::workflow {

double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  constexpr double kKib = 1024;
  return static_cast<double>(usage.ru_maxrss) * kKib;
}

}  // namespace inf::workflow
