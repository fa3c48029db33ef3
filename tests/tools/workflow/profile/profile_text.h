#pragma once
#include <string>

#include "tools/workflow/profile/profile.h"

namespace inf::workflow {

/// Every member of a profile, numbers with all their digits: two profiles are equal where their texts are.
std::string text_of(const Profile& profile);

}  // namespace inf::workflow
