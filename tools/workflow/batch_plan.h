#pragma once
#include <span>
#include <vector>

namespace inf::workflow {

/// How items are served in batches of given sizes, the last of which may be padded.
struct BatchPlan {
  struct Call {
    int batch = 0, filled = 0;
    int padded() const { return batch - filled; }
  };
  std::vector<Call> calls;  ///< largest first; only the last may hold padding
  double cost = 0;          ///< sum over the calls
  double padding_cost = 0;  ///< the calls' cost that falls on empty places, in proportion

  int padded() const;
};

/// The cheapest way to serve `items` when a call of batch sizes[i] costs costs[i], whatever is in it. Sizes ascend.
BatchPlan plan_batches(int items, std::span<const int> sizes, std::span<const double> costs);

}  // namespace inf::workflow
