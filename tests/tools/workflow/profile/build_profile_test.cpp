#include "tools/workflow/profile/build_profile.h"

#include <doctest/doctest.h>

#include <numeric>

#include "tests/tools/workflow/profile/recorded.h"
#include "tools/workflow/profile/timeline.h"

using namespace inf;
using namespace inf::workflow;

namespace {

std::int64_t engine_ticks(const Profile& profile, const EngineUse& use) {
  std::int64_t sum = profile.ticks_of(use.busy_ns);
  for (const auto& [reason, ns] : use.idle_ns) sum += profile.ticks_of(ns);
  return sum;
}

}  // namespace

TEST_CASE("busy and idle time of every engine make up the run") {
  for (const char* chip : {"inf1", "inf2"})
    for (const Detail detail : {Detail::operators, Detail::instructions}) {
      CAPTURE(chip);
      CAPTURE(name(detail));
      const Recorded recorded = record_craft(chip, detail);
      const Profile profile = recorded.profile();
      CHECK(profile.ticks == recorded.result.report.latency->ticks);
      CHECK(profile.operators.size() == recorded.result.report.operators.size());
      for (const EngineUse& use : profile.engines) {
        CAPTURE(use.engine);
        CHECK(engine_ticks(profile, use) == profile.ticks);
      }
      std::int64_t added = 0;
      for (const ProfileOperator& op : profile.operators) added += profile.ticks_of(op.use.added_ns);
      CHECK(added <= profile.ticks);
      CHECK(added > profile.ticks / 2);
    }
}

TEST_CASE("programs, host segments and programs of other cores fill the time line without gaps") {
  const Recorded recorded = record_craft("inf2", Detail::operators);
  RecordedRun run = recorded.run;
  const arch::Timebase time(recorded.chip);
  const double host_ns = 1234.5;  // no whole number of ticks
  run.host.push_back({"/Gather", run.end_ns, host_ns});
  RecordedProgram again = run.programs.front();
  again.start_ns = run.end_ns + host_ns;
  run.programs.push_back(again);

  Profile profile = build_profile(recorded.result.report, run, recorded.chip);
  const std::int64_t one = again.end.value, host = time.from_ns(host_ns).value;
  CHECK(profile.ticks == 2 * one + host);
  CHECK(profile.programs[1].start_ticks == one + host);
  CHECK(profile.operators.size() == 2 * again.operators.size());
  for (const EngineUse& use : profile.engines) {
    CAPTURE(use.engine);
    CHECK(engine_ticks(profile, use) == profile.ticks);
    CHECK(std::any_of(use.idle_ns.begin(), use.idle_ns.end(),
                      [&](const auto& idle) { return idle.first == "host" && profile.ticks_of(idle.second) == host; }));
  }

  run.programs[1].core = 1;  // busy while core 0 has nothing to do
  profile = build_profile(recorded.result.report, run, recorded.chip);
  for (const EngineUse& use : profile.engines) CHECK(engine_ticks(profile, use) == 2 * profile.ticks);
}
