#include "tools/workflow/sweep/outcome.h"

#include <doctest/doctest.h>

#include <cmath>

namespace inf::workflow::sweep {
namespace {

CaseOutcome done(double latency, double throughput) {
  CaseOutcome outcome;
  outcome.status = Status::done;
  outcome.metrics[Metric::latency] = latency;
  outcome.metrics[Metric::throughput] = throughput;
  return outcome;
}

CaseOutcome of(Status status, const char* reason) {
  CaseOutcome outcome;
  outcome.status = status;
  outcome.reason = reason;
  return outcome;
}

TEST_CASE("several workloads count by their weights") {
  const CaseOutcome both = combine({done(100, 10), done(400, 1)}, {3, 1});
  CHECK(both.status == Status::done);
  CHECK(both.metrics[Metric::latency] == 175);
  CHECK(both.metrics[Metric::throughput] == 7.75);
  CHECK(std::isnan(both.metrics[Metric::energy]));
}

TEST_CASE("a point is only as done as its least done workload") {
  const struct {
    const char* name;
    Status other, want;
  } rows[] = {
      {"infeasible", Status::infeasible, Status::infeasible},
      {"timed out", Status::timed_out, Status::timed_out},
      {"missing", Status::missing, Status::missing},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const CaseOutcome both = combine({done(1, 1), of(row.other, "why")}, {1, 1});
    CHECK(both.status == row.want);
    CHECK(both.reason == "why");
    CHECK(std::isnan(both.metrics[Metric::latency]));
  }
}

TEST_CASE("dominance") {
  const struct {
    const char* name;
    std::vector<double> a, b;
    bool want;
  } rows[] = {
      {"better in both", {1, 1}, {2, 2}, true},
      {"better in one, equal in the other", {1, 2}, {2, 2}, true},
      {"equal", {1, 1}, {1, 1}, false},
      {"better in one, worse in the other", {1, 3}, {2, 2}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(dominates(row.a, row.b) == row.want);
  }
}

TEST_CASE("objectives turn so that less is better, and what is not measured is worst") {
  const CaseOutcome outcome = done(5, 7);
  const std::vector<double> values =
      minimised(outcome.metrics, {Metric::latency, Metric::throughput, Metric::accuracy});
  CHECK(values[0] == 5);
  CHECK(values[1] == -7);
  CHECK(std::isinf(values[2]));
}

}  // namespace
}  // namespace inf::workflow::sweep
