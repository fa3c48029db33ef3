#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "tools/workflow/call_stages.h"
#include "tools/workflow/load_report.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/run_cache.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// How calls come to a model: from workers that call by turns, or at a rate.
struct LoadOptions {
  std::optional<std::int64_t> workers;  ///< for each copy of the model; default the instance file's workers_per_core
  std::optional<std::int64_t> cores;    ///< that hold a copy; default all of the instance
  std::optional<double> rate_per_s;     ///< arrivals
  std::int64_t max_batch = 1;
  double max_wait_ns = 0;
  std::int64_t requests = 20000;
  std::uint64_t seed = 1;
  std::string cores_place, rate_place;  ///< for messages
};

/// What a workload file says about load.
LoadOptions load_options(const WorkloadFile::Load& load);

/// Device times from simulated programs, one for each batch size that is compiled, then the queues of the host.
/// Errors: those of a run; usage for cores that the instance does not have, and for a rate that it cannot keep up with,
/// which the message gives.
LoadReport run_load(const WorkloadFile& file, const Overrides& overrides, const LoadOptions& options, RunCache& cache,
                    Progress& progress);

/// The cores of an instance that a load uses. Errors: usage for more than it has.
UsedCores use_cores(const arch::InstanceSpec& instance, const arch::ChipSpec& chip, std::optional<std::int64_t> cores,
                    const std::string& place);

}  // namespace inf::workflow
