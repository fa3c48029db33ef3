#include "tools/workflow/sweep/front.h"

#include <algorithm>
#include <numeric>

#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {

std::vector<std::size_t> pareto_front(const std::vector<std::vector<double>>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  // What dominates a point stands before it. Of two values, the last of the front has the least second one: it alone
  // needs a look.
  std::vector<std::size_t> front, distinct;
  for (const std::size_t i : order) {
    if (!distinct.empty() && values[distinct.back()] == values[i]) {
      front.push_back(i);
      continue;
    }
    const auto first = values[i].size() <= 2 && !distinct.empty() ? distinct.end() - 1 : distinct.begin();
    if (std::any_of(first, distinct.end(), [&](std::size_t f) { return dominates(values[f], values[i]); })) continue;
    front.push_back(i);
    distinct.push_back(i);
  }
  return front;
}

}  // namespace inf::workflow::sweep
