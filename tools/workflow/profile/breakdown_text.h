#pragma once
#include <string>

#include "tools/workflow/profile/breakdown.h"

namespace inf::workflow {

/// A table of the latency's parts: the first `top` of them, and a row for the others. Empty where the profile has
/// nothing to split by.
std::string breakdown_text(const Profile& profile, By by, std::size_t top);

}  // namespace inf::workflow
