#include "tools/workflow/sweep/sweep_progress.h"

#include <doctest/doctest.h>

namespace inf::workflow::sweep {
namespace {

TEST_CASE("the line says the same in as much room as there is") {
  const SweepProgress progress{
      1234, 2000, 38, 210, 21.4, 35.8, {{Metric::latency, 12.3e6}, {Metric::usd_per_million, 0.41}}};
  const struct {
    std::size_t width;
    const char* want;
  } rows[] = {
      {120,
       "1234/2000 62 %, 36 s left, 21/s, 38 failed, 210 discarded, best latency 12.30 ms, usd_per_million 0.41 USD"},
      {80, "1234/2000 62 %, 36 s left, 21/s, 38 failed, 210 discarded"},
      {40, "1234/2000 62 %, 36 s left, 21/s"},
      {8, "1234/200"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.width);
    CHECK(progress_line(progress, row.width) == row.want);
  }
}

TEST_CASE("what is not known is left out, times come in their size") {
  SweepProgress progress;
  CHECK(progress_line(progress, 80) == "0/0 0 %");
  progress.planned = 10;
  progress.done = 5;
  progress.rate = 0.25;
  progress.eta_s = 90;
  CHECK(progress_line(progress, 80) == "5/10 50 %, 1 min 30 s left, 0.2/s");
  progress.eta_s = 2 * 3600 + 5 * 60;
  CHECK(progress_line(progress, 80) == "5/10 50 %, 2 h 05 min left, 0.2/s");
}

}  // namespace
}  // namespace inf::workflow::sweep
