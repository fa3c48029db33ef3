#include <algorithm>
#include <cmath>

#include "tools/workflow/sweep/front.h"
#include "tools/workflow/sweep/importance.h"
#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {
namespace {

bool meets(const Metrics& metrics, const Limit& limit) {
  const double value = metrics[limit.metric];
  return info(limit.metric).more_is_better ? value >= limit.bound : value <= limit.bound;
}

}  // namespace

std::size_t Results::count(Status status) const {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.outcome.status == status; }));
}

void judge(const Sweep& sweep, Results& results) {
  std::vector<std::size_t> able;
  std::vector<std::vector<double>> values;
  for (std::size_t i = 0; i < results.rows.size(); ++i) {
    Row& row = results.rows[i];
    row.on_front = false;
    row.within_limits = row.outcome.status == Status::done &&
                        std::all_of(sweep.limits.begin(), sweep.limits.end(),
                                    [&](const Limit& limit) { return meets(row.outcome.metrics, limit); });
    if (!row.within_limits) continue;
    able.push_back(i);
    values.push_back(minimised(row.outcome.metrics, sweep.objectives));
  }
  results.front.clear();
  for (const std::size_t i : pareto_front(values)) {
    results.front.push_back(able[i]);
    results.rows[able[i]].on_front = true;
  }
  results.importance = importance(sweep, results.rows);
}

}  // namespace inf::workflow::sweep
