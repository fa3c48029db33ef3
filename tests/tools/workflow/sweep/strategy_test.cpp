#include "tools/workflow/sweep/strategy.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/tools/workflow/sweep/sweep_text.h"
#include "tools/workflow/sweep/shuffle.h"

using namespace inf;
using namespace inf::workflow::sweep;

namespace {

const std::string kFourAxes =
    "parameters:\n"
    "  chip.tensor.rows: {from: 8, to: 64, step: 8}\n"
    "  chip.tensor.columns: {from: 8, to: 64, step: 8}\n"
    "  compile.auto_cast: [none, all]\n"
    "  chip.cores: [2]\n"
    "constraints: [chip.tensor.rows + chip.tensor.columns <= 80]\n";

/// Every round with the same answer to each point.
std::vector<std::vector<Point>> rounds_of(Strategy& strategy) {
  std::vector<std::vector<Point>> rounds;
  for (std::vector<Point> round = strategy.next(); !round.empty(); round = strategy.next()) {
    strategy.hear(std::vector<Judged>(round.size(), {true, {1, 1}}));
    rounds.push_back(std::move(round));
  }
  return rounds;
}

std::vector<Point> joined(const std::vector<std::vector<Point>>& rounds) {
  std::vector<Point> points;
  for (const std::vector<Point>& round : rounds) points.insert(points.end(), round.begin(), round.end());
  return points;
}

std::vector<Point> points_of(const Sweep& sweep) { return joined(rounds_of(*make_strategy(sweep))); }

std::set<Point> all_that_hold(const Space& space) {
  std::set<Point> points;
  Point point(space.axes.size());
  for (std::size_t axis = 0; axis < point.size();) {
    if (!space.broken(point)) points.insert(point);
    for (axis = 0; axis < point.size() && ++point[axis] == space.axes[axis].levels.size(); ++axis) point[axis] = 0;
  }
  return points;
}

std::string refused(const Sweep& sweep) {
  try {
    make_strategy(sweep);
  } catch (const Error& error) {
    return error.message() + "\n" + (error.notes().empty() ? "" : error.notes()[0]);
  }
  return "made";
}

}  // namespace

TEST_CASE("enumerated strategies visit each point that meets all constraints once") {
  for (const char* kind : {"grid", "random", "sobol"}) {
    CAPTURE(kind);
    const Sweep sweep = craft_sweep(kFourAxes + "strategy: " + kind);
    const std::set<Point> want = all_that_hold(sweep.space);
    CHECK(want.size() == 2 * 43);
    const auto strategy = make_strategy(sweep);
    CHECK(strategy->planned() == want.size());
    CHECK(strategy->may_discard());
    const std::vector<std::vector<Point>> rounds = rounds_of(*strategy);
    for (std::size_t i = 0; i + 1 < rounds.size(); ++i) CHECK(rounds[i].size() == kRound);
    const std::vector<Point> points = joined(rounds);
    CHECK(points.size() == want.size());
    CHECK(std::set<Point>(points.begin(), points.end()) == want);
  }
}

TEST_CASE("a grid is visited in an order that is shuffled once for all") {
  const std::vector<Point> points = points_of(craft_sweep(kFourAxes));
  CHECK_FALSE(std::is_sorted(points.begin(), points.end()));
  CHECK(points == points_of(craft_sweep(kFourAxes + "strategy: {seed: 7}")));
}

TEST_CASE("samples keep to their budget, are the same each time, and differ by their seed") {
  for (const char* kind : {"random", "sobol"}) {
    CAPTURE(kind);
    const auto sampled = [&](int seed, int budget) {
      return points_of(
          craft_sweep(kFourAxes + fmt::format("strategy: {{kind: {}, budget: {}, seed: {}}}", kind, budget, seed)));
    };
    CHECK(sampled(1, 40).size() == 40);
    CHECK(sampled(1, 40) == sampled(1, 40));
    CHECK(sampled(1, 40) != sampled(2, 40));
    // more points are asked for than there are
    CHECK(sampled(1, 1000).size() == 86);
    // a smaller budget is the beginning of a larger one
    std::vector<Point> start = sampled(3, 40);
    start.resize(20);
    CHECK(sampled(3, 20) == start);
  }
}

TEST_CASE("sobol spreads evenly where random does not") {
  const auto unevenness = [](const std::string& kind) {
    const std::vector<Point> points =
        points_of(craft_sweep("parameters:\n"
                              "  chip.tensor.rows: {from: 1, to: 16, step: 1}\n"
                              "  chip.tensor.columns: {from: 1, to: 16, step: 1}\n"
                              "  chip.dma.queues: {from: 1, to: 16, step: 1}\n"
                              "strategy: {budget: 128, kind: " +
                              kind + "}"));
    CHECK(points.size() == 128);
    int most = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::map<std::uint32_t, int> count;
      for (const Point& point : points) ++count[point[axis]];
      for (std::uint32_t level = 0; level < 16; ++level) most = std::max(most, std::abs(count[level] - 8));
    }
    return most;
  };
  CHECK(unevenness("sobol") <= 1);
  CHECK(unevenness("random") > 1);
}

TEST_CASE("enormous spaces are sampled") {
  std::string lines = "parameters:\n";
  for (const char* key : {"vector.latency", "scalar.latency", "gpsimd.latency", "dma.queue_ns", "dma.start_ns"})
    lines += fmt::format("  chip.{}: {{from: 1, to: 10000, step: 1}}\n", key);
  lines += "constraints: [chip.vector.latency < chip.scalar.latency]\n";
  for (const char* kind : {"random", "sobol"}) {
    CAPTURE(kind);
    const Sweep sweep = craft_sweep(lines + "strategy: {budget: 100, kind: " + kind + "}");
    CHECK(sweep.space.size() == 1e20);
    const std::vector<Point> points = points_of(sweep);
    CHECK(std::set<Point>(points.begin(), points.end()).size() == 100);
    for (const Point& point : points) CHECK(point[0] < point[1]);
  }
}

TEST_CASE("a space that is too large for a grid") {
  const std::string large =
      "parameters:\n  chip.tensor.rows: {from: 1, to: 128, step: 1}\n  chip.tensor.columns: {from: 1, to: 128, step: "
      "1}\n  chip.dma.queues: {from: 1, to: 16, step: 1}\n";
  const std::string way =
      "say how many may be visited, such as strategy: {kind: sobol, budget: 2000}; random samples too, nsga2 searches "
      "for the front, and a grid visits all of them within its budget";
  struct Row {
    std::string lines, says;
  };
  const Row rows[] = {
      {"", "the space has 262144 points that meet all constraints; without strategy.budget 20000 is the limit\n" + way},
      {"strategy: random",
       "the space has 262144 points that meet all constraints; without strategy.budget 20000 is the limit\n" + way},
      {"  chip.dma.engines: {from: 1, to: 64, step: 1}",
       "the space has 1.67772e+07 points; without strategy.budget 20000 is the limit\n" + way},
      {"strategy: {budget: 500}",
       "the grid has 262144 points that meet all constraints, more than strategy.budget = 500\nraise the budget, take "
       "values away, or sample: strategy: {kind: sobol, budget: 500}; also random, and nsga2, which searches for the "
       "front"},
      // few of them are left, so this is no large grid
      {"constraints: [chip.tensor.rows < 4 && chip.tensor.columns < 4]", "made\n"},
      {"strategy: {kind: sobol, budget: 500}", "made\n"},
      {"strategy: {budget: 300000}", "made\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.lines);
    const std::string got = refused(craft_sweep(large + row.lines));
    CHECK(got + (got == "made" ? "\n" : "") == row.says);
  }
}

TEST_CASE("shards share out every round") {
  for (const char* kind : {"{kind: grid}", "{kind: random, budget: 50}",
                           "{kind: nsga2, budget: 80, population: 8, "
                           "islands: 3}"}) {
    CAPTURE(kind);
    const auto strategy = make_strategy(craft_sweep(kFourAxes + "strategy: " + kind));
    for (std::vector<Point> round = strategy->next(); !round.empty(); round = strategy->next()) {
      std::set<int> used;
      for (std::size_t i = 0; i < round.size(); ++i) {
        CHECK(strategy->shard_of(i, 1) == 0);
        const int shard = strategy->shard_of(i, 3);
        CHECK(shard >= 0);
        CHECK(shard < 3);
        used.insert(shard);
      }
      if (round.size() >= 24) CHECK(used.size() == 3);
      strategy->hear(std::vector<Judged>(round.size(), {true, {1, 1}}));
    }
  }
}

TEST_CASE("a shuffle has each number once") {
  for (const std::uint64_t size : {1, 2, 3, 16, 17, 1000}) {
    std::set<std::uint64_t> seen;
    const Shuffle shuffle(size, 5);
    for (std::uint64_t i = 0; i < size; ++i) seen.insert(shuffle[i]);
    CHECK(seen.size() == size);
    CHECK(*seen.rbegin() == size - 1);
  }
}
