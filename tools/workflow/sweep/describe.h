#pragma once
#include <nlohmann/json.hpp>

#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {

/// What was asked for, as docs/json.md says: `sweep`, `axes`, `linked`, `fixed`, `constraints`, `objectives`, `limits`.
nlohmann::ordered_json describe(const Sweep& sweep, const Results& results);
/// Points by status.
nlohmann::ordered_json counts_json(const Results& results);

inline constexpr Status kStatuses[] = {Status::done,    Status::infeasible, Status::discarded,
                                       Status::crashed, Status::timed_out,  Status::missing};

}  // namespace inf::workflow::sweep
