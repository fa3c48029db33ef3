#include <doctest/doctest.h>

#include <algorithm>

#include "tests/tools/workflow/sweep/fake_results.h"
#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {
namespace {

Metrics metrics(double latency, double throughput) {
  Metrics values;
  values[Metric::latency] = latency;
  values[Metric::throughput] = throughput;
  return values;
}

/// Latency less, throughput more.
fake::Fake sweep_of(const std::vector<Metrics>& points) {
  fake::Fake f;
  f.sweep.space.axes = {fake::axis("chip.tensor.rows", "-", {})};
  f.sweep.objectives = {Metric::latency, Metric::throughput};
  for (std::size_t i = 0; i < points.size(); ++i) {
    f.sweep.space.axes[0].levels.push_back({std::to_string(i), static_cast<double>(i)});
    f.results.rows.push_back(fake::row(i, {static_cast<std::uint32_t>(i)}, points[i]));
  }
  return f;
}

using Indices = std::vector<std::size_t>;

TEST_CASE("the front of rows within the limits") {
  const std::vector<Metrics> points = {metrics(10, 100), metrics(5, 50), metrics(5, 50),
                                       metrics(7, 40),   metrics(2, 10), metrics(20, 90)};
  const struct {
    const char* name;
    std::vector<Limit> limits;
    Indices front;
  } rows[] = {
      {"no limits", {}, {4, 1, 2, 0}},
      {"at most", {{Metric::latency, 5, ""}}, {4, 1, 2}},
      {"at least, where more is better", {{Metric::throughput, 50, ""}}, {1, 2, 0}},
      // Limits hold at their bound.
      {"both", {{Metric::latency, 10, ""}, {Metric::throughput, 100, ""}}, {0}},
      {"nothing left", {{Metric::latency, 1, ""}}, {}},
      {"what was never measured meets no limit", {{Metric::energy, 1, ""}}, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    fake::Fake f = sweep_of(points);
    f.sweep.limits = row.limits;
    judge(f.sweep, f.results);
    CHECK(f.results.front == row.front);
    for (std::size_t i = 0; i < f.results.rows.size(); ++i)
      CHECK(f.results.rows[i].on_front == (std::count(row.front.begin(), row.front.end(), i) == 1));
  }
}

TEST_CASE("only what is done can be on the front, and judging again forgets the first verdict") {
  fake::Fake f = sweep_of({metrics(1, 100), metrics(2, 50)});
  judge(f.sweep, f.results);
  CHECK(f.results.front == Indices{0});
  f.results.rows[0].outcome.status = Status::discarded;
  judge(f.sweep, f.results);
  CHECK(f.results.front == Indices{1});
  CHECK_FALSE(f.results.rows[0].on_front);
  CHECK_FALSE(f.results.rows[0].within_limits);
}

TEST_CASE("counts by status") {
  const fake::Fake f = fake::sampled(200, {Metric::latency, Metric::usd_per_million});
  std::size_t all = 0;
  for (const Status status :
       {Status::done, Status::infeasible, Status::discarded, Status::crashed, Status::timed_out, Status::missing}) {
    CAPTURE(name(status));
    CHECK(f.results.count(status) > 0);
    all += f.results.count(status);
  }
  CHECK(all == 200);
}

}  // namespace
}  // namespace inf::workflow::sweep
