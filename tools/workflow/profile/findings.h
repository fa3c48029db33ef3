#pragma once
#include <vector>

#include "tools/workflow/profile/profile.h"

namespace inf::workflow {

/// What is worth trying, best gain first, four at most: each says what was seen, why it is so, what to try, and what
/// that gains at most. Gains are computed from the run's critical path and what its operators moved and computed;
/// what would gain less than 1 % is left out, so that a run at its limits has no findings.
std::vector<Finding> find(const Profile& profile);

}  // namespace inf::workflow
