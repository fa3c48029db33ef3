#include "compiler/pipeline/stage_cut.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>

using namespace inf::compiler;

namespace {

/// Units that cost `ns` each and hand on one byte each.
std::vector<CutUnit> plain(const std::vector<double>& ns) {
  std::vector<CutUnit> units;
  for (const double t : ns) units.push_back({t, 0, 0, 1});
  return units;
}

double largest(const std::vector<CutUnit>& units, const std::vector<std::size_t>& firsts, const StageRoom& room) {
  double most = 0;
  for (std::size_t s = 0; s < firsts.size(); ++s)
    most = std::max(most, stage_ns(units, firsts[s], s + 1 < firsts.size() ? firsts[s + 1] : units.size(), room));
  return most;
}

/// The least largest stage over every way to cut.
double by_trying(const std::vector<CutUnit>& units, std::size_t stages, const StageRoom& room) {
  std::vector<std::size_t> firsts(stages);
  double best = 1e300;
  const auto go = [&](auto&& self, std::size_t stage) -> void {
    if (stage == stages) {
      best = std::min(best, largest(units, firsts, room));
      return;
    }
    for (std::size_t at = firsts[stage - 1] + 1; at < units.size(); ++at) {
      firsts[stage] = at;
      self(self, stage + 1);
    }
  };
  if (stages == 1) return largest(units, firsts, room);
  go(go, 1);
  return best;
}

}  // namespace

TEST_CASE("cuts that can be checked by eye") {
  struct Row {
    const char* name;
    std::vector<CutUnit> units;
    std::size_t stages;
    StageRoom room;
    std::vector<std::size_t> firsts;
  };
  // Two heavy units whose weights fit one at a time: apart, although the sum of times would be better otherwise.
  std::vector<CutUnit> heavy = plain({10, 10, 1, 1});
  heavy[0].weights = heavy[1].weights = 100, heavy[0].stream_ns = heavy[1].stream_ns = 50;
  std::vector<CutUnit> narrow = plain({1, 1, 1, 1, 1, 1});
  for (CutUnit& u : narrow) u.crossing = 8;
  narrow[1].crossing = narrow[3].crossing = 2;
  const Row rows[] = {
      {"one stage", plain({1, 2, 3}), 1, {}, {0}},
      {"equal halves", plain({1, 1, 1, 1}), 2, {}, {0, 2}},
      {"the heavy one alone", plain({1, 1, 5, 1}), 3, {}, {0, 2, 3}},
      {"as many stages as units", plain({1, 1, 1}), 3, {}, {0, 1, 2}},
      {"weights apart", heavy, 2, {100, 0}, {0, 1}},
      {"room for both", heavy, 2, {200, 0}, {0, 1}},
      {"where few bytes cross", narrow, 3, {0, 0}, {0, 2, 4}},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    CHECK(cut_units(row.units, row.stages, row.room) == row.firsts);
  }
}

TEST_CASE("no other cut has a smaller largest stage") {
  std::uint64_t state = 7;
  const auto next = [&](std::uint64_t most) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::int64_t>((state >> 33) % most);
  };
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    std::vector<CutUnit> units(4 + static_cast<std::size_t>(next(6)));
    for (CutUnit& u : units)
      u = {static_cast<double>(1 + next(50)), static_cast<double>(next(40)), next(100), next(20)};
    const StageRoom room{next(250), 0.25 * static_cast<double>(next(4))};
    for (std::size_t stages = 1; stages <= std::min<std::size_t>(units.size(), 4); ++stages) {
      const std::vector<std::size_t> firsts = cut_units(units, stages, room);
      REQUIRE(firsts.size() == stages);
      CHECK(std::is_sorted(firsts.begin(), firsts.end(), std::less_equal<>()));
      CHECK(largest(units, firsts, room) == doctest::Approx(by_trying(units, stages, room)));
    }
  }
}

TEST_CASE("a stage pays for weights beyond its room in proportion, and for what crosses at both ends") {
  const std::vector<CutUnit> units = {{10, 40, 100, 7}, {20, 60, 300, 5}, {30, 0, 0, 3}};
  CHECK(stage_ns(units, 0, 2, {400, 0}) == 30);
  CHECK(stage_ns(units, 0, 2, {200, 0}) == doctest::Approx(30 + 0.5 * 100));
  CHECK(stage_ns(units, 1, 2, {300, 2}) == doctest::Approx(20 + 2 * (7 + 5)));
  CHECK(stage_ns(units, 2, 3, {0, 2}) == doctest::Approx(30 + 2 * 5));
}
