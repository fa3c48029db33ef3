#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "tools/workflow/sweep/expression.h"
#include "tools/workflow/sweep/rules.h"
#include "tools/workflow/sweep/shuffle.h"

namespace inf::workflow::sweep {
namespace {

/// Beyond it a sample stands for the grid.
constexpr double kMostTried = 200000;

/// Axes that a rule looks at; the others change nothing.
std::vector<std::size_t> looked_at(const Space& space) {
  std::set<std::size_t> axes;
  const auto add = [&](const Space::Expression& expression) {
    for (const Operand& operand : expression.operands)
      if (operand.from == Operand::From::axis) axes.insert(operand.index);
  };
  for (const Space::Linked& link : space.linked) add(*link.value);
  for (const Space::Constraint& constraint : space.constraints) add(*constraint.holds);
  return {axes.begin(), axes.end()};
}

}  // namespace

void check_satisfiable(const Space& space, arch::Problems& problems, arch::Place place) {
  if (space.linked.empty() && space.constraints.empty()) return;
  const std::vector<std::size_t> axes = looked_at(space);
  double size = 1;
  for (const std::size_t axis : axes) size *= static_cast<double>(space.axes[axis].levels.size());
  const bool all = size <= kMostTried;
  const auto tries = static_cast<std::uint64_t>(std::min(size, kMostTried));
  std::vector<std::uint64_t> broken(space.linked.size() + space.constraints.size());
  Point point(space.axes.size());
  for (std::uint64_t i = 0; i < tries; ++i) {
    std::uint64_t rest = i;
    for (const std::size_t axis : axes) {
      const std::uint64_t levels = space.axes[axis].levels.size();
      point[axis] = static_cast<std::uint32_t>(all ? rest % levels : mixed(0, i, axis) % levels);
      rest /= levels;
    }
    const std::optional<std::size_t> first = first_broken(space, point);
    if (!first) return;
    ++broken[*first];
  }
  const auto most = static_cast<std::size_t>(std::max_element(broken.begin(), broken.end()) - broken.begin());
  problems.add(
      place, fmt::format("no point meets all links and constraints: of {} {} of levels that were tried, '{}' "
                         "rejects {}, more than any other",
                         tries, all ? "combinations" : "random combinations", rule(space, most).formula, broken[most]));
}

}  // namespace inf::workflow::sweep
