#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/tools/workflow/sweep/sweep_parts.h"

namespace inf::workflow::sweep {
namespace {

TEST_CASE("an outcome comes back from its text bit for bit") {
  CaseOutcome full = done_in(0.1 + 0.2, 1e300);
  full.metrics[Metric::energy] = std::numeric_limits<double>::denorm_min();
  full.metrics[Metric::accuracy] = -std::numeric_limits<double>::infinity();
  full.reason = "quotes \" and \n lines, \xc3\xa9";
  full.shortfall = {"SBUF per partition", 1.0 / 3, 4, "bytes", "chip.sbuf.bytes_per_partition"};
  full.bound = {"tiles", done_in(3).metrics, "a <= b"};
  const CaseOutcome rows[] = {full,
                              done_in(5),
                              ended(Status::infeasible, "x > y"),
                              ended(Status::discarded, "bound"),
                              ended(Status::crashed, ""),
                              ended(Status::timed_out, "after 60 s"),
                              CaseOutcome()};
  for (const CaseOutcome& row : rows) {
    const std::string text = outcome_text(row);
    CAPTURE(text);
    const CaseOutcome back = parse_outcome(text);
    CHECK(outcome_text(back) == text);
    CHECK(back.status == row.status);
    CHECK(back.reason == row.reason);
    for (const MetricInfo& m : metrics()) {
      const double a = row.metrics[m.metric], b = back.metrics[m.metric];
      CHECK((a == b || (std::isnan(a) && std::isnan(b))));
    }
    CHECK(back.shortfall.has_value() == row.shortfall.has_value());
    CHECK(back.bound.has_value() == row.bound.has_value());
  }
  CHECK(parse_outcome(outcome_text(full)).shortfall->needed == 1.0 / 3);
  CHECK(parse_outcome(outcome_text(full)).bound->proof == "a <= b");
}

TEST_CASE("a text that is no outcome is refused") {
  for (const char* text : {"", "{", "[]", "{}", R"({"status":"fine","metrics":{},"device_ns":0,"seconds":0})"}) {
    CAPTURE(text);
    CHECK_FALSE(refusal([&] { parse_outcome(text); }).empty());
  }
}

}  // namespace
}  // namespace inf::workflow::sweep
