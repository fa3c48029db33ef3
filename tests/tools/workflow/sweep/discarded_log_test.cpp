#include "tools/workflow/sweep/discarded_log.h"

#include <doctest/doctest.h>

namespace inf::workflow::sweep {
namespace {

Row row(std::size_t number, Status status, const char* reason) {
  Row row;
  row.number = number;
  row.key = "key" + std::to_string(number);
  row.settings = {{"chip.tensor.rows", "64", ""}, {"chip.dma.engines", "2", ""}};
  row.outcome.status = status;
  row.outcome.reason = reason;
  return row;
}

TEST_CASE("the log holds each discarded point with its proof, and no other") {
  Sweep sweep;
  sweep.name = "chips";
  Results results;
  results.rows = {row(0, Status::done, ""),
                  row(1, Status::discarded, "roofline: latency >= 2.000 us, beaten by point 0"),
                  row(2, Status::infeasible, "too small"), row(3, Status::discarded, "tiles: latency >= 3.000 us")};
  CHECK(discarded_log(sweep, results) ==
        R"(chips: 2 of 4 points discarded: a lower bound shows that each cannot reach the front

point 1  key1
  chip.tensor.rows=64 chip.dma.engines=2
  roofline: latency >= 2.000 us, beaten by point 0

point 3  key3
  chip.tensor.rows=64 chip.dma.engines=2
  tiles: latency >= 3.000 us
)");
}

}  // namespace
}  // namespace inf::workflow::sweep
