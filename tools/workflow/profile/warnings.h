#pragma once
#include <string>
#include <vector>

#include "tools/workflow/profile/profile.h"

namespace inf::workflow {

/// A threshold at which the vendor's tools give advice, and a run that is beyond it.
struct ProfileWarning {
  std::string metric, condition;  ///< condition: "below 50 %"
  double value = 0, threshold = 0;
  std::string text;
};

/// By the metrics of a profile; what needs a metric that it lacks is not judged.
/// Source: fact sheet 9.5, thresholds of the vendor's summary page.
std::vector<ProfileWarning> judge_metrics(const Profile& profile);

}  // namespace inf::workflow
