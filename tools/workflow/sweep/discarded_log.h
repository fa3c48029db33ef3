#pragma once
#include <string>

#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {

/// Each discarded point with what it was and why it cannot reach the front, in the order of the strategy.
std::string discarded_log(const Sweep& sweep, const Results& results);

}  // namespace inf::workflow::sweep
