#pragma once
#include <string>
#include <vector>

#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {

/// Points that failed in the same way.
struct ReasonGroup {
  Status status = Status::infeasible;
  std::vector<std::size_t> rows;  ///< in their order
  std::string what, unit, knob;   ///< of the inequality; empty where there is none
  double needed_least = 0, needed_most = 0;
  double available_least = 0, available_most = 0;
  std::string example;  ///< the first reason in full
  bool alike = true;    ///< every row has exactly this reason
  /// "SBUF per partition 198.0 to 214.0 KiB needed, 192.0 KiB there; chip.sbuf.bytes_per_partition closes it"
  std::string text() const;
};

/// Why points are infeasible, crashed or timed out: by inequality, or by words that differ in numbers alone. Most
/// points first.
std::vector<ReasonGroup> reason_groups(const Results& results);

}  // namespace inf::workflow::sweep
