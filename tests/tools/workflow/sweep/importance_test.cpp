#include "tools/workflow/sweep/importance.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/tools/workflow/sweep/fake_results.h"

namespace inf::workflow::sweep {
namespace {

Metrics latency(double value) {
  Metrics metrics;
  metrics[Metric::latency] = value;
  return metrics;
}

std::vector<double> shares(Metrics (*metrics)(const std::vector<double>&)) {
  const fake::Fake f =
      fake::grid({fake::axis("a", "-", {1, 2, 3, 4}), fake::axis("b", "-", {1, 2, 3})}, {Metric::latency}, metrics);
  return {f.results.importance[0].share[0], f.results.importance[1].share[0]};
}

TEST_CASE("importance of known functions of a whole grid") {
  const struct {
    const char* name;
    Metrics (*metrics)(const std::vector<double>&);
    double a, b;
  } rows[] = {
      {"y = a", [](const std::vector<double>& v) { return latency(v[0]); }, 1, 0},
      {"y = b", [](const std::vector<double>& v) { return latency(v[1]); }, 0, 1},
      {"y = 5", [](const std::vector<double>&) { return latency(5); }, 0, 0},
      // Variances of 1..4 and 1..3: 5/4 and 2/3.
      {"y = a + b", [](const std::vector<double>& v) { return latency(v[0] + v[1]); }, 15.0 / 23, 8.0 / 23},
      // What two do together belongs to neither: (a - 2.5)(b - 2) has no first-order effects.
      {"y = 10 + (a - 2.5)(b - 2)",
       [](const std::vector<double>& v) { return latency(10 + (v[0] - 2.5) * (v[1] - 2)); }, 0, 0},
      // More than a decade: the logarithm, in which the product is a sum, counts.
      {"y = 10^a", [](const std::vector<double>& v) { return latency(std::pow(10, v[0])); }, 1, 0},
      {"y = 10^(a + b)", [](const std::vector<double>& v) { return latency(std::pow(10, v[0] + v[1])); }, 15.0 / 23,
       8.0 / 23},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const std::vector<double> found = shares(row.metrics);
    CHECK(found[0] == doctest::Approx(row.a));
    CHECK(found[1] == doctest::Approx(row.b));
  }
}

TEST_CASE("a parameter without effect has no share at all on a whole grid") {
  const std::vector<double> found = shares([](const std::vector<double>& v) { return latency(v[0] + 0 * v[1]); });
  CHECK(found[1] == 0);
}

TEST_CASE("chance is told for samples, not for whole grids") {
  fake::Fake f = fake::grid({fake::axis("a", "-", {1, 2, 3, 4}), fake::axis("b", "-", {1, 2, 3})}, {Metric::latency},
                            [](const std::vector<double>& v) { return latency(v[0]); });
  CHECK(f.results.importance[0].chance[0] == 0);
  f.results.rows.pop_back();
  judge(f.sweep, f.results);
  // 11 rows have room for two levels of four rows each.
  CHECK(f.results.importance[0].chance[0] == doctest::Approx(1.0 / 10));
  CHECK(f.results.importance[0].share[0] < 1);
}

TEST_CASE("levels with few rows are joined, so that a level for each row does not explain everything") {
  fake::Fake f;
  f.sweep.objectives = {Metric::latency};
  f.sweep.space.axes = {fake::axis("a", "-", {}), fake::axis("b", "-", {1, 2})};
  for (std::uint32_t i = 0; i < 64; ++i) {
    f.sweep.space.axes[0].levels.push_back({std::to_string(i), static_cast<double>(i)});
    f.results.rows.push_back(fake::row(i, {i, i / 32}, latency(i % 2 == 0 ? 1 : 2)));
  }
  judge(f.sweep, f.results);
  CHECK(f.results.importance[0].share[0] < 0.05);
}

TEST_CASE("rows without the figure and sweeps without rows have no part in it") {
  fake::Fake f = fake::grid({fake::axis("a", "-", {1, 2})}, {Metric::latency, Metric::energy},
                            [](const std::vector<double>& v) { return latency(v[0]); });
  CHECK(f.results.importance[0].share == std::vector<double>{1, 0});
  f.results.rows.clear();
  judge(f.sweep, f.results);
  CHECK(f.results.importance[0].share == std::vector<double>{0, 0});
}

}  // namespace
}  // namespace inf::workflow::sweep
