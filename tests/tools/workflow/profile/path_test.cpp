#include "tools/workflow/profile/path.h"

#include <doctest/doctest.h>

#include <map>

#include "tests/tools/workflow/profile/recorded.h"

using namespace inf;
using namespace inf::workflow;

namespace {

void check_sums(const Profile& profile) {
  std::int64_t at = 0;
  std::map<int, std::int64_t> by_operator;
  for (const PathStretch& s : profile.path) {
    CHECK(s.from == at);
    CHECK(s.to > s.from);
    at = s.to;
    if (s.op >= 0) by_operator[s.op] += s.to - s.from;
  }
  CHECK(at == profile.ticks);
  for (std::size_t i = 0; i < profile.operators.size(); ++i) {
    const ProfileOperator& op = profile.operators[i];
    CHECK(op.path_ticks == by_operator[static_cast<int>(i)]);
    std::int64_t sum = 0;
    for (const auto& [cause, ticks] : op.path_by_cause) sum += ticks;
    CHECK(sum == op.path_ticks);
  }
}

}  // namespace

TEST_CASE("the path of a run leads from 0 to its end, over all that it is made of") {
  SUBCASE("one program") {
    const Profile profile = record_craft("inf2", Detail::instructions).profile();
    REQUIRE(profile.path.size() > 100);
    check_sums(profile);
  }
  SUBCASE("programs with the host between them") {
    Recorded recorded = record_craft("inf1", Detail::instructions);
    RecordedRun& run = recorded.run;
    const double end = run.end_ns;
    run.host.push_back({"Gather_3", end, 12345.6});
    run.programs.push_back(run.programs.front());
    run.programs.back().start_ns = end + 12345.6;
    run.end_ns = 2 * end + 12345.6;
    const Profile profile = recorded.profile();
    check_sums(profile);
    std::int64_t host = 0;
    for (const PathStretch& s : profile.path)
      if (s.engine == "host") {
        CHECK(s.cause == kPathHost);
        host += s.to - s.from;
      }
    CHECK(host == arch::Timebase(recorded.chip).from_ns(12345.6).value);
  }
  SUBCASE("operators alone were recorded") { CHECK(record_craft("inf2", Detail::operators).profile().path.empty()); }
}
