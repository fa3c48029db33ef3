#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {

/// A measured point within the limits, which others are compared with.
struct Reached {
  std::string name;                ///< "point 12"
  std::vector<double> objectives;  ///< minimised()
};

/// The objectives of a bound turned so that less is better. What nothing is known of counts as best possible.
std::vector<double> best_objectives(const Metrics& best, const std::vector<Metric>& objectives);

/// The first point that is strictly better than anything the bound allows: nowhere worse and somewhere better. Since
/// ties lose nothing, a front without what is discarded equals the front with it.
std::optional<std::size_t> beaten_by(const Metrics& best, const std::vector<Metric>& objectives,
                                     const std::vector<Reached>& front);

/// The first limit that even the bound breaks.
std::optional<std::size_t> breaks(const Metrics& best, const std::vector<Limit>& limits);

/// Why a point with this bound can reach no front that `front` is measured for, in numbers that a reader can check:
/// "roofline: latency >= 285.0 us and usd_per_million >= 0.031 USD, beaten by point 12 with 240.1 us and 0.028 USD;
/// tensor: ...", or "roofline: latency >= 62.00 ms breaks the limit 50.00 ms; tensor: ...". Nothing where it may.
std::optional<std::string> discarded_by(const Bound& bound, const std::vector<Reached>& front, const Sweep& sweep);

}  // namespace inf::workflow::sweep
