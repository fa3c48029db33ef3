#pragma once
#include <string>
#include <vector>

#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {

/// Keys that a sweep sets, as columns: parameters, linked ones, fixed ones.
std::vector<std::string> setting_keys(const Sweep& sweep);
/// What a row sets a key to; empty where it does not.
std::string setting(const Row& row, const std::string& key);
/// The parameters of which `rows` have more than one level.
std::vector<std::size_t> varying_axes(const Sweep& sweep, const Results& results);
/// The bound that is known of a row: of the point, or of its only workload.
const Bound* bound_of(const Row& row);

/// A figure with its unit, for people: "12.30 ms", "1.204 k/s", "0.4100 USD".
std::string metric_text(Metric metric, double value);
/// Of a column of metric_text.
std::string heading(Metric metric);
/// A quantity of a Shortfall: bytes in powers of 1024, times in ns by their size.
std::string quantity_text(double value, const std::string& unit);
/// "latency at most 10.00 ms"
std::string limit_text(const Limit& limit);
/// The beginning of a key that is enough for people.
std::string short_key(const std::string& key);

}  // namespace inf::workflow::sweep
