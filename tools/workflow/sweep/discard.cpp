#include "tools/workflow/sweep/discard.h"

#include <fmt/core.h>

#include <cmath>

#include "tools/workflow/format.h"

namespace inf::workflow::sweep {
namespace {

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i)
    text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return text;
}

/// Six digits: two values that differ by a thousandth must not look alike.
std::string value_text(Metric metric, double value) {
  if (metric == Metric::latency) {
    const char* const units[] = {"ns", "us", "ms", "s"};
    int unit = 0;
    while (unit < 3 && std::abs(value) >= 1000) value /= 1000, ++unit;
    return fmt::format("{:.6g} {}", value, units[unit]);
  }
  const std::string unit = info(metric).unit;
  return fmt::format("{:.6g}{}", value, unit == "-" ? "" : " " + unit);
}

std::string bound_text(Metric metric, double best) {
  return fmt::format("{} {} {}", info(metric).name,
                     info(metric).more_is_better ? "<=" : ">=", value_text(metric, best));
}

std::string beaten_text(const Bound& bound, const Reached& winner, const std::vector<Metric>& objectives) {
  std::vector<std::string> ours, theirs;
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    const Metric m = objectives[i];
    ours.push_back(bound_text(m, bound.best[m]));
    theirs.push_back(value_text(m, info(m).more_is_better ? -winner.objectives[i] : winner.objectives[i]));
  }
  return fmt::format("{}: {}, beaten by {} with {}; {}", bound.level, join(ours), winner.name, join(theirs),
                     bound.proof);
}

std::string limit_text(const Bound& bound, const Limit& limit) {
  return fmt::format("{}: {} breaks the limit {}; {}", bound.level, bound_text(limit.metric, bound.best[limit.metric]),
                     value_text(limit.metric, limit.bound), bound.proof);
}

}  // namespace

std::vector<double> best_objectives(const Metrics& best, const std::vector<Metric>& objectives) {
  std::vector<double> values = minimised(best, objectives);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isnan(best[objectives[i]])) values[i] = -std::numeric_limits<double>::infinity();
  return values;
}

std::optional<std::size_t> beaten_by(const Metrics& best, const std::vector<Metric>& objectives,
                                     const std::vector<Reached>& front) {
  const std::vector<double> ours = best_objectives(best, objectives);
  for (std::size_t i = 0; i < front.size(); ++i)
    if (dominates(front[i].objectives, ours)) return i;
  return std::nullopt;
}

std::optional<std::size_t> breaks(const Metrics& best, const std::vector<Limit>& limits) {
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const double value = best[limits[i].metric];
    if (std::isnan(value)) continue;
    if (info(limits[i].metric).more_is_better ? value < limits[i].bound : value > limits[i].bound) return i;
  }
  return std::nullopt;
}

std::optional<std::string> discarded_by(const Bound& bound, const std::vector<Reached>& front, const Sweep& sweep) {
  if (const auto limit = breaks(bound.best, sweep.limits)) return limit_text(bound, sweep.limits[*limit]);
  if (const auto winner = beaten_by(bound.best, sweep.objectives, front))
    return beaten_text(bound, front[*winner], sweep.objectives);
  return std::nullopt;
}

}  // namespace inf::workflow::sweep
