#include "tools/workflow/sweep/front.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {
namespace {

using Values = std::vector<std::vector<double>>;
using Indices = std::vector<std::size_t>;

constexpr double kNone = std::numeric_limits<double>::infinity();

TEST_CASE("a front holds what nothing dominates, by the first objective") {
  const struct {
    const char* name;
    Values values;
    Indices want;
  } rows[] = {
      {"no points", {}, {}},
      {"one point", {{3, 4}}, {0}},
      {"one objective", {{3}, {1}, {2}}, {1}},
      {"one objective, a tie", {{3}, {1}, {1}}, {1, 2}},
      {"two objectives", {{3, 1}, {2, 2}, {1, 3}, {3, 3}}, {2, 1, 0}},
      {"equal points all stay", {{2, 2}, {1, 3}, {2, 2}, {2, 3}}, {1, 0, 2}},
      // Only strict dominance discards: equal in one, worse in the other is dominated.
      {"equal in the first", {{1, 5}, {1, 4}, {0, 5}}, {2, 1}},
      {"equal in the second", {{1, 5}, {2, 5}}, {0}},
      {"negative, from more is better", {{1, -10}, {2, -10}, {2, -20}}, {0, 2}},
      {"without a figure worse than any", {{1, kNone}, {2, 5}, {1, 7}}, {2, 1}},
      {"three objectives", {{1, 2, 3}, {1, 2, 4}, {3, 2, 1}, {2, 3, 3}, {2, 1, 9}}, {0, 4, 2}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(pareto_front(row.values) == row.want);
  }
}

/// Every point against every other.
std::vector<bool> slow_front(const Values& values) {
  std::vector<bool> on(values.size(), true);
  for (std::size_t i = 0; i < values.size(); ++i)
    for (const auto& other : values) on[i] = on[i] && !dominates(other, values[i]);
  return on;
}

TEST_CASE("fronts equal the comparison of all pairs") {
  std::uint32_t state = 7;
  const auto draw = [&] { return static_cast<double>((state = state * 1664525 + 1013904223) >> 28); };
  for (const std::size_t objectives : {1, 2, 3, 4})
    for (int round = 0; round < 20; ++round) {
      Values values(60, std::vector<double>(objectives));
      for (auto& point : values)
        for (double& v : point) v = draw();
      std::vector<bool> found(values.size(), false);
      for (const std::size_t i : pareto_front(values)) found[i] = true;
      CAPTURE(objectives);
      CHECK(found == slow_front(values));
    }
}

TEST_CASE("twenty thousand points, all on the front") {
  Values values;
  for (int i = 0; i < 20000; ++i) values.push_back({static_cast<double>(i), static_cast<double>(-i)});
  CHECK(pareto_front(values).size() == values.size());
}

}  // namespace
}  // namespace inf::workflow::sweep
