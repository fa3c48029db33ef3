#include "tools/workflow/batch_plan.h"

#include <algorithm>
#include <limits>

namespace inf::workflow {

int BatchPlan::padded() const {
  int sum = 0;
  for (const Call& call : calls) sum += call.padded();
  return sum;
}

BatchPlan plan_batches(int items, std::span<const int> sizes, std::span<const double> costs) {
  // best[n]: the least cost of serving n items; chosen[n]: the size of a call that reaches it.
  std::vector<double> best(static_cast<std::size_t>(items) + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> chosen(best.size(), 0);
  best[0] = 0;
  for (std::size_t n = 1; n < best.size(); ++n) {
    for (std::size_t s = 0; s < sizes.size(); ++s) {
      const std::size_t served = std::min(n, static_cast<std::size_t>(sizes[s]));
      const double cost = best[n - served] + costs[s];
      if (cost <= best[n]) best[n] = cost, chosen[n] = s;
    }
  }
  BatchPlan plan;
  plan.cost = best.back();
  std::vector<std::size_t> picked;
  for (std::size_t n = best.size() - 1; n > 0;) {
    picked.push_back(chosen[n]);
    n -= std::min(n, static_cast<std::size_t>(sizes[chosen[n]]));
  }
  std::sort(picked.rbegin(), picked.rend());
  int left = items;
  for (const std::size_t s : picked) {
    const int filled = std::min(left, sizes[s]);
    plan.calls.push_back({sizes[s], filled});
    plan.padding_cost += costs[s] * (sizes[s] - filled) / sizes[s];
    left -= filled;
  }
  return plan;
}

}  // namespace inf::workflow
