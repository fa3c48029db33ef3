#include "tools/workflow/sweep/discard.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/tools/workflow/sweep/random_hardware.h"

namespace inf::workflow::sweep {
namespace {

Metrics metrics_of(double latency, double throughput) {
  Metrics m;
  m[Metric::latency] = latency;
  m[Metric::throughput] = throughput;
  return m;
}

const std::vector<Metric> kBoth = {Metric::latency, Metric::throughput};

}  // namespace

TEST_CASE("what a bound loses against") {
  const std::vector<Reached> front = {{"point 3", minimised(metrics_of(100, 50), kBoth)},
                                      {"point 9", minimised(metrics_of(60, 20), kBoth)}};
  const double unknown = std::nan("");
  struct Row {
    const char* name;
    double latency, throughput;
    std::optional<std::size_t> want;
  };
  const Row rows[] = {
      {"worse in both", 101, 49, 0},
      {"as fast, fewer per second", 100, 49, 0},
      // The point itself may reach exactly that, and then nobody beats it.
      {"a tie", 100, 50, std::nullopt},
      {"faster than the first, worse than the second", 70, 19, 1},
      {"between the two", 70, 30, std::nullopt},
      {"a metric that nothing is known of", 1000, unknown, std::nullopt},
      {"nothing known at all", unknown, unknown, std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(beaten_by(metrics_of(row.latency, row.throughput), kBoth, front) == row.want);
  }
}

TEST_CASE("limits that even the best breaks") {
  const std::vector<Limit> limits = {{Metric::latency, 100, ""}, {Metric::throughput, 10, ""}, {Metric::energy, 1, ""}};
  CHECK(breaks(metrics_of(100, 10), limits) == std::nullopt);
  CHECK(breaks(metrics_of(100.1, 10), limits) == std::optional<std::size_t>(0));
  CHECK(breaks(metrics_of(100, 9.9), limits) == std::optional<std::size_t>(1));
}

TEST_CASE("the proof names each number of both sides") {
  Sweep sweep;
  sweep.objectives = {Metric::latency, Metric::usd_per_million, Metric::throughput};
  Bound bound;
  bound.level = "roofline";
  bound.best = metrics_of(285'000, 7000);
  bound.best[Metric::usd_per_million] = 0.031;
  bound.proof = "tensor: 4.090 GMAC = 178.3 us";
  Metrics winner = metrics_of(240'100, 7500);
  winner[Metric::usd_per_million] = 0.028;
  const std::vector<Reached> front = {{"point 12", minimised(winner, sweep.objectives)}};
  CHECK(discarded_by(bound, front, sweep) ==
        "roofline: latency >= 285 us, usd_per_million >= 0.031 USD and throughput <= 7000 1/s, beaten by point 12 with "
        "240.1 us, 0.028 USD and 7500 1/s; tensor: 4.090 GMAC = 178.3 us");
  CHECK(discarded_by(bound, {}, sweep) == std::nullopt);
  sweep.limits = {{Metric::latency, 50'000, ""}};
  CHECK(discarded_by(bound, {}, sweep) ==
        "roofline: latency >= 285 us breaks the limit 50 us; tensor: 4.090 GMAC = 178.3 us");
}

namespace {

/// A space of points whose metrics are made up, a bound below each, and limits.
struct MadeUp {
  std::vector<Metrics> points, bounds;
  Sweep sweep;

  explicit MadeUp(std::uint64_t seed) {
    test::Draws draws(seed);
    sweep.objectives = draws.one_of<std::vector<Metric>>(
        {{Metric::latency}, kBoth, {Metric::latency, Metric::throughput, Metric::energy}});
    if (draws.chance(30)) sweep.limits.push_back({Metric::latency, static_cast<double>(draws.below(12)), ""});
    const std::int64_t levels = draws.one_of<std::int64_t>({2, 5, 40});  // few levels: many ties
    const std::int64_t count = 1 + draws.below(90);
    for (std::int64_t i = 0; i < count; ++i) {
      Metrics m, b;
      for (const Metric metric : {Metric::latency, Metric::throughput, Metric::energy}) {
        const auto value = static_cast<double>(draws.below(levels)), slack = static_cast<double>(draws.below(3));
        const bool more = info(metric).more_is_better;
        m[metric] = draws.chance(3) ? std::nan("") : value;
        b[metric] = draws.chance(10) ? std::nan("") : more ? value + slack : value - slack;
      }
      points.push_back(m);
      bounds.push_back(b);
    }
  }
  bool within(const Metrics& m) const {
    return std::all_of(sweep.limits.begin(), sweep.limits.end(), [&](const Limit& l) {
      return info(l.metric).more_is_better ? m[l.metric] >= l.bound : m[l.metric] <= l.bound;
    });
  }
};

struct Walked {
  std::set<std::size_t> front;
  std::size_t discarded = 0;
};

/// Points in rounds; a round knows what was measured in the ones before.
Walked walk(const MadeUp& space, std::size_t round, bool prune) {
  std::vector<Reached> reached;
  std::vector<std::size_t> measured;
  Walked result;
  for (std::size_t first = 0; first < space.points.size(); first += round) {
    const std::vector<Reached> before = reached;
    for (std::size_t i = first; i < std::min(first + round, space.points.size()); ++i) {
      if (prune && discarded_by({"roofline", space.bounds[i], ""}, before, space.sweep)) {
        ++result.discarded;
        continue;
      }
      if (!space.within(space.points[i])) continue;
      reached.push_back({std::to_string(i), minimised(space.points[i], space.sweep.objectives)});
      measured.push_back(i);
    }
  }
  for (std::size_t a = 0; a < reached.size(); ++a)
    if (std::none_of(reached.begin(), reached.end(),
                     [&](const Reached& b) { return dominates(b.objectives, reached[a].objectives); }))
      result.front.insert(measured[a]);
  return result;
}

}  // namespace

TEST_CASE("discarding changes no front, whatever the rounds are") {
  std::size_t discarded = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    const MadeUp space(seed);
    const Walked all = walk(space, 32, false);
    for (const std::size_t round : {1, 4, 32}) {
      const Walked pruned = walk(space, round, true);
      CHECK(pruned.front == all.front);
      discarded += pruned.discarded;
    }
  }
  CHECK(discarded > 10'000);
}

}  // namespace inf::workflow::sweep
