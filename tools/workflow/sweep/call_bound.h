#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/arch/instance.h"
#include "isa/base/units.h"
#include "tools/workflow/busy_cores.h"
#include "tools/workflow/run.h"
#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {

/// What a case runs on, and how: everything but the graph that its metrics depend on.
struct BoundTarget {
  const arch::ChipSpec& chip;
  const arch::InstanceSpec& instance;
  Precision precision;
  compiler::WeightChoice weights = compiler::WeightChoice::automatic;
  compiler::HostOperators host_operators = compiler::HostOperators::forbid;
  RunOptions::Mode mode = RunOptions::Mode::timing;
  std::optional<CoreLayout> layout;  ///< where the workload says how many cores run it
  double samples = 1;                ///< of a call
};

/// The least that one program of a call needs.
struct ProgramBound {
  Tick device;
  std::int64_t copied_bytes = 0;  ///< of inputs and outputs, exactly
  std::int64_t dram_bytes = 0;    ///< read and written in device memory
  std::uint64_t macs = 0;         ///< of matmuls, as executed
  std::string proof;              ///< of `device`: "tensor: 4.09 GMAC ... = 178.3 us"
};

/// The best metrics that a call can reach whose programs need at least this; the host adds `host_ns`. With the formulas
/// of measure.h and busy_cores.h, which are monotone in the times and bytes, also after rounding: no simulation of the
/// same case gives a better metric. Accuracy stays unknown.
Bound call_bound(const char* level, const std::vector<ProgramBound>& programs, double host_ns,
                 const BoundTarget& target);

}  // namespace inf::workflow::sweep
