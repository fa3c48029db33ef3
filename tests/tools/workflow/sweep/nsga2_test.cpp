#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/tools/workflow/sweep/sweep_text.h"
#include "tools/workflow/sweep/strategy.h"

using namespace inf;
using namespace inf::workflow::sweep;

namespace {

/// Six axes of 32 levels: far too many points for the budgets below.
std::string six_axes(const std::string& strategy) {
  std::string lines = "parameters:\n";
  for (const char* key :
       {"vector.latency", "scalar.latency", "gpsimd.latency", "dma.queue_ns", "dma.start_ns", "tensor.fixed_latency"})
    lines += fmt::format("  chip.{}: {{from: 0, to: 31, step: 1}}\n", key);
  return lines + "strategy: " + strategy;
}

/// ZDT1 on levels: the front is f2 = 1 - sqrt(f1), where all axes but the first are at 0.
/// Source: Zitzler, Deb, Thiele: Comparison of Multiobjective Evolutionary Algorithms, 2000.
Judged zdt1(const Point& point) {
  const double x = point[0] / 31.0;
  double g = 0;
  for (std::size_t i = 1; i < point.size(); ++i) g += point[i] / 31.0;
  g = 1 + 9 * g / static_cast<double>(point.size() - 1);
  return {true, {x, g * (1 - std::sqrt(x / g))}};
}

/// Area that the points dominate, up to (1, 10).
double area(std::vector<std::vector<double>> values) {
  std::sort(values.begin(), values.end());
  double area = 0, least = 10;
  for (const std::vector<double>& v : values)
    if (v[1] < least) area += (1 - v[0]) * (least - v[1]), least = v[1];
  return area;
}

using Answer = Judged (*)(const Point&);

/// Points and, for each, its round.
std::vector<std::vector<Point>> search(const Sweep& sweep, Answer answer) {
  std::vector<std::vector<Point>> rounds;
  const auto strategy = make_strategy(sweep);
  for (std::vector<Point> round = strategy->next(); !round.empty(); round = strategy->next()) {
    std::vector<Judged> answers;
    for (const Point& point : round) answers.push_back(answer(point));
    strategy->hear(answers);
    rounds.push_back(std::move(round));
  }
  return rounds;
}

std::vector<Point> all_points(const std::vector<std::vector<Point>>& rounds) {
  std::vector<Point> points;
  for (const std::vector<Point>& round : rounds) points.insert(points.end(), round.begin(), round.end());
  return points;
}

double area_of(const Sweep& sweep) {
  std::vector<std::vector<double>> values;
  for (const Point& point : all_points(search(sweep, zdt1))) values.push_back(zdt1(point).objectives);
  return area(values);
}

}  // namespace

TEST_CASE("nsga2 finds a known front better than as many random points") {
  std::vector<std::vector<double>> front;
  for (std::uint32_t i = 0; i < 32; ++i) front.push_back(zdt1({i, 0, 0, 0, 0, 0}).objectives);
  const double best = area(front);
  for (int seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    const double random = area_of(craft_sweep(six_axes(fmt::format("{{kind: random, budget: 640, seed: {}}}", seed))));
    const double found = area_of(
        craft_sweep(six_axes(fmt::format("{{kind: nsga2, budget: 640, population: 32, islands: 1, seed: {}}}", seed))));
    MESSAGE("dominated area: front " << best << ", nsga2 " << found << ", random " << random);
    CHECK(found <= best);
    // at most half as far from the front
    CHECK(best - found < (best - random) / 2);
  }
}

TEST_CASE("nsga2 keeps to its budget, is the same each time, and asks each island's points once") {
  const Sweep sweep = craft_sweep(six_axes("{kind: nsga2, budget: 301, population: 16, islands: 1}"));
  const std::vector<Point> points = all_points(search(sweep, zdt1));
  CHECK(points.size() == 301);
  CHECK(std::set<Point>(points.begin(), points.end()).size() == points.size());
  CHECK(points == all_points(search(sweep, zdt1)));
  CHECK(points != all_points(search(craft_sweep(six_axes("{kind: nsga2, budget: 301, population: 16, islands: 1, seed: "
                                                         "2}")),
                                    zdt1)));
  CHECK(!make_strategy(sweep)->may_discard());
  CHECK(make_strategy(sweep)->planned() == 301);
}

TEST_CASE("an island asks the same whatever is heard of the others") {
  const Sweep sweep = craft_sweep(six_axes("{kind: nsga2, budget: 400, population: 16, islands: 3}"));
  // what each island proposes when all are answered
  std::vector<std::vector<Point>> whole(3);
  const auto all = make_strategy(sweep);
  for (std::vector<Point> round = all->next(); !round.empty(); round = all->next()) {
    std::vector<Judged> answers;
    for (std::size_t i = 0; i < round.size(); ++i) {
      whole[static_cast<std::size_t>(all->shard_of(i, 3))].push_back(round[i]);
      answers.push_back(zdt1(round[i]));
    }
    all->hear(answers);
  }
  CHECK(whole[0].size() == 134);
  CHECK(whole[1].size() == 133);
  for (int shard = 0; shard < 3; ++shard) {
    CAPTURE(shard);
    std::vector<Point> own;
    const auto one = make_strategy(sweep);
    for (std::vector<Point> round = one->next(); !round.empty(); round = one->next()) {
      std::vector<Judged> answers;
      for (std::size_t i = 0; i < round.size(); ++i) {
        const bool mine = one->shard_of(i, 3) == shard;
        if (mine) own.push_back(round[i]);
        answers.push_back(mine ? zdt1(round[i]) : Judged{false, {INFINITY, INFINITY}});
      }
      one->hear(answers);
    }
    CHECK(own == whole[static_cast<std::size_t>(shard)]);
  }
}

TEST_CASE("nsga2 goes round constraints and points without an answer") {
  const Sweep sweep = craft_sweep(six_axes("{kind: nsga2, budget: 400, population: 16, islands: 1}") +
                                  "\nconstraints: [chip.vector.latency >= 8]");
  const auto answer = +[](const Point& point) {
    // an eighth of the space refuses
    return point[1] % 8 == 0 ? Judged{false, {INFINITY, INFINITY}} : zdt1(point);
  };
  const std::vector<Point> points = all_points(search(sweep, answer));
  CHECK(points.size() == 400);
  int late_refusals = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    CHECK(points[i][0] >= 8);
    late_refusals += i >= 300 && points[i][1] % 8 == 0;
  }
  CHECK(late_refusals < 50);
}

TEST_CASE("nsga2 with one objective looks for its least value") {
  const Sweep sweep =
      craft_sweep(six_axes("{kind: nsga2, budget: 600, population: 20, islands: 1}") + "\nobjectives: [latency]");
  double least = 1e9;
  for (const Point& point : all_points(search(
           sweep, +[](const Point& p) {
             return Judged{true, {zdt1(p).objectives[1]}};
           })))
    least = std::min(least, zdt1(point).objectives[1]);
  CHECK(least < 1);  // random points stay above 2
}

TEST_CASE("nsga2 ends where a small space has no more") {
  struct Row {
    const char* lines;
    std::size_t points;
  };
  const Row rows[] = {
      {"chip.tensor.rows: [64, 128]\n  chip.tensor.columns: [32, 64, 128]", 6},
      {"chip.tensor.rows: [64]\n  chip.tensor.columns: [32]", 1},
      {"chip.tensor.rows: [64]\n  chip.tensor.columns: [32, 64]", 2},
  };
  for (const Row& row : rows) {
    CAPTURE(row.lines);
    const Sweep sweep = craft_sweep(std::string("parameters:\n  ") + row.lines +
                                    "\nstrategy: {kind: nsga2, budget: 100, population: 8, islands: 1}");
    const std::vector<Point> points = all_points(search(
        sweep, +[](const Point& p) {
          return Judged{true, {1.0 * p[0], 2.0 - p[1]}};
        }));
    CHECK(points.size() == row.points);
    CHECK(std::set<Point>(points.begin(), points.end()).size() == row.points);
  }
}
