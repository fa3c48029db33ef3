#include <doctest/doctest.h>

#include "tools/workflow/report_page/calls.h"

using namespace inf::workflow;
using namespace inf::workflow::page;

namespace {

ProfileOperator op(const char* name, int program, double start, double end, double dma) {
  ProfileOperator o;
  o.use.name = name;
  o.program = program;
  o.use.start_ns = start, o.use.end_ns = end;
  o.use.added_ns = end - start;
  o.use.busy_ns = {{"tensor", 10}, {"dma", dma}};
  o.use.macs = 5;
  o.work = {.matmuls = 2, .rows_used = dma / 100, .transfers = 3};
  o.path_ticks = 4;
  o.path_by_cause = {{"datapath", 4}};
  return o;
}

}  // namespace

TEST_CASE("calls of one program are one") {
  Profile profile;
  profile.programs = {{.name = "a"}, {.name = "b"}, {.name = "a", .start_ticks = 500}};
  profile.operators = {op("x", 0, 0, 100, 20), op("y", 0, 100, 200, 90), op("x", 1, 200, 300, 20),
                       op("x", 2, 300, 420, 90), op("y", 2, 420, 500, 0)};
  profile.path = {{0, 10, "dma", 0, "dma data"}, {10, 20, "dma", 3, "dma data"}, {20, 30, "dma", -1, "dma data"}};
  const Calls calls(profile);
  REQUIRE(calls.profile.operators.size() == 3);
  CHECK(calls.calls == std::vector<int>{2, 2, 1});
  CHECK(calls.firsts == std::vector<int>{0, 1});
  const ProfileOperator& x = calls.profile.operators[0];
  CHECK(x.use.macs == 10);
  CHECK(x.use.added_ns == 220);
  CHECK(calls.runs_ns[0] == 220);
  CHECK(x.use.busy_ns[1].second == 110);
  CHECK(x.use.bound == "dma");  // 110 of 220
  CHECK(x.use.start_ns == 0);
  CHECK(x.use.end_ns == 420);
  CHECK(x.work.rows_used == doctest::Approx(0.55));
  CHECK(x.work.transfers == 6);
  CHECK(x.path_ticks == 8);
  CHECK(x.path_by_cause[0].second == 8);
  CHECK(calls.profile.operators[1].use.bound == "dma");  // 90 of 180: a half is enough
  CHECK(calls.profile.path[1].op == 0);
  CHECK(calls.profile.path[2].op == -1);
  CHECK(calls.of(2, 1) == 1);
  CHECK(calls.of(1, 0) == 2);
  CHECK(calls.of(1, 1) == -1);
  CHECK(calls.of(3, 0) == -1);
  CHECK(calls.of(0, -1) == -1);
}

TEST_CASE("programs of one name with other operators stay apart") {
  Profile profile;
  profile.programs = {{.name = "a"}, {.name = "a"}};
  profile.operators = {op("x", 0, 0, 100, 20), op("z", 1, 100, 200, 20), op("w", 1, 200, 300, 20)};
  const Calls calls(profile);
  CHECK(calls.profile.operators.size() == 3);
  CHECK(calls.of(1, 1) == 2);
}
