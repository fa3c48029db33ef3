#include "tools/workflow/sweep/strategy.h"

#include <fmt/core.h>

#include "isa/base/error.h"
#include "tools/workflow/sweep/search.h"

namespace inf::workflow::sweep {
namespace {

/// A grid without a budget ends here: beyond it one wants to say how much time it may take.
constexpr std::size_t kSmallGrid = 20000;

/// The points that a strategy may visit at most.
std::size_t budget_of(const Sweep& sweep) {
  const Space& space = sweep.space;
  const std::optional<std::size_t> budget = sweep.strategy.budget;
  const bool grid = sweep.strategy.kind == StrategyKind::grid;
  const std::size_t most = budget.value_or(kSmallGrid);
  if (budget && !grid) return most;
  if (space.size() <= static_cast<double>(most)) return most;
  // Constraints may leave little of it.
  const std::optional<std::size_t> meet = points_that_meet_all(space);
  if (meet && *meet <= most) return most;
  const std::string size =
      meet ? fmt::format("{} points that meet all constraints", *meet) : fmt::format("{:.6g} points", space.size());
  if (budget)
    throw Error(ErrorKind::config, sweep.file.string(),
                fmt::format("the grid has {}, more than strategy.budget = {}", size, *budget),
                {"raise the budget, take values away, or sample: strategy: {kind: sobol, budget: " +
                 std::to_string(*budget) + "}; also random, and nsga2, which searches for the front"});
  throw Error(ErrorKind::config, sweep.file.string(),
              fmt::format("the space has {}; without strategy.budget {} is the limit", size, kSmallGrid),
              {"say how many may be visited, such as strategy: {kind: sobol, budget: 2000}; random samples too, nsga2 "
               "searches for the front, and a grid visits all of them within its budget"});
}

}  // namespace

std::unique_ptr<Strategy> make_strategy(const Sweep& sweep) {
  if (sweep.space.axes.empty() || sweep.space.size() == 0)
    throw Error(ErrorKind::config, sweep.file.string(), "the space is empty: no parameter has a value to take");
  const std::size_t budget = budget_of(sweep);
  switch (sweep.strategy.kind) {
    // In a fixed shuffled order: where good points come early, bounds discard more of those that follow.
    case StrategyKind::grid: return enumerated(sweep.space, random_points(sweep.space, 0), budget);
    case StrategyKind::random: return enumerated(sweep.space, random_points(sweep.space, sweep.strategy.seed), budget);
    case StrategyKind::sobol: return enumerated(sweep.space, sobol_points(sweep.space, sweep.strategy.seed), budget);
    case StrategyKind::nsga2: return nsga2(sweep, budget);
  }
  throw Error(ErrorKind::internal, "", "no such strategy");
}

}  // namespace inf::workflow::sweep
