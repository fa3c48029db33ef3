#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/workflow/profile/metric_facts.h"
#include "tools/workflow/profile/profile.h"

namespace inf::workflow {

/// A metric as everyone sees it: the Metric and Summary tables, `inf-sim explain` and docs/profile.md. Names are those
/// of the vendor's profiler where it has the metric. Source: fact sheet 9.5.
struct MetricRow {
  std::string name, unit, definition;
  bool recorded = false;                                           ///< needs single instructions
  std::function<std::optional<double>(const MetricFacts&)> value;  ///< nothing where the chip lacks what is measured
};

std::span<const MetricRow> metric_table();

/// Those that the recording gives, in the order of the table.
std::vector<Metric> measure_metrics(const MetricFacts& facts);

/// Metrics of the vendor's profiler that no profile here has, and why.
struct AbsentMetric {
  const char* name;  ///< "cc_op_*": all that begin so
  const char* reason;
};
std::span<const AbsentMetric> absent_metrics();

/// The value by name; nothing where the profile lacks it.
std::optional<double> metric(const Profile& profile, std::string_view name);

}  // namespace inf::workflow
