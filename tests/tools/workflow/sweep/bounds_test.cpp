// Bounds against simulations: models that use every operator on chips drawn at random.
#include <doctest/doctest.h>

#include "tests/tools/workflow/sweep/bound_check.h"

namespace inf::test {
namespace {

/// What became of a table of cases.
struct Tally {
  int compared = 0, refused = 0;
  double tightest = 0;  ///< largest bound / simulated device time

  void check(const BoundGraph& graph, std::uint64_t seed) {
    CAPTURE(graph.name);
    CAPTURE(seed);
    const std::optional<Compared> c = compare_bounds(graph, random_settings(seed));
    if (!c) {
      ++refused;
      return;
    }
    ++compared;
    CHECK(c->device_ns > 0);
    for (const std::string& broken : broken_bounds(*c)) FAIL_CHECK(broken);
    for (const double bound : c->device_bounds_ns) tightest = std::max(tightest, bound / c->device_ns);
  }
};

}  // namespace

TEST_CASE("no simulation of an operator beats its bounds") {
  Tally tally;
  std::uint64_t seed = 0;
  for (const BoundModel& model : operator_models()) tally.check(BoundGraph(model), seed++);
  CHECK(tally.compared > 250);
  CHECK(tally.tightest > 0.9);
}

TEST_CASE("no simulation of a model beats its bounds") {
  Tally tally;
  for (const BoundModel& model : small_models()) {
    const BoundGraph graph(model);
    for (std::uint64_t seed = 0; seed < 4; ++seed) tally.check(graph, seed);
  }
  CHECK(tally.compared > 20);
}

TEST_CASE("no simulation of a random graph beats its bounds") {
  Tally tally;
  for (std::uint64_t seed = 0; seed < 60; ++seed) tally.check(BoundGraph(random_model(seed)), 1000 + seed);
  CHECK(tally.compared > 40);
}

}  // namespace inf::test
