#include <doctest/doctest.h>

#include "tools/workflow/report_page/parts.h"

using namespace inf;
using namespace inf::workflow;

namespace {

Profile profile_of(std::int64_t ticks) {
  Profile profile;
  profile.ticks = ticks;
  profile.tick_mhz = 1000;
  return profile;
}

std::int64_t sum(const nlohmann::ordered_json& list) {
  std::int64_t all = 0;
  for (const auto& value : list) all += value.get<std::int64_t>();
  return all;
}

}  // namespace

TEST_CASE("the parts of the latency add up") {
  Profile profile = profile_of(100);
  profile.path = {{0, 30, "dma", 0, "dma data"},
                  {30, 35, "tensor", 0, "semaphore"},
                  {35, 90, "tensor", 1, "datapath"},
                  {90, 100, "dma", 0, "dma data"}};
  auto parts = page::breakdown(profile);
  CHECK(parts["of"] == "critical path");
  CHECK(sum(parts["ticks"]) == 100);
  CHECK(parts["ticks"].front() == 55);  // largest first
  CHECK(parts["ticks"].size() == 3);

  // Without a path, thirds of ticks must not get lost.
  Profile shares = profile_of(100);
  for (int i = 0; i < 3; ++i) {
    shares.operators.push_back({});
    shares.operators.back().use.added_ns = 100.0 / 3;
    shares.operators.back().use.busiest = "tensor";
  }
  parts = page::breakdown(shares);
  CHECK(parts["of"] == "operators");
  CHECK(sum(parts["ticks"]) == 100);
}

TEST_CASE("memory over time keeps peaks and means") {
  Profile profile = profile_of(9000);
  profile.usage.push_back({.of = "SBUF", .unit = "bytes", .limit = 10, .steps = {{0, 2}, {4500, 6}, {4501, 0}}});
  const auto usage = page::usage(profile);
  REQUIRE(usage.size() == 1);
  CHECK(usage[0]["width_ticks"] == 10);
  REQUIRE(usage[0]["mean"].size() == 900);
  CHECK(usage[0]["mean"][0] == 2);
  CHECK(usage[0]["mean"][450] == doctest::Approx(0.6));
  CHECK(usage[0]["most"][450] == 6);
  CHECK(usage[0]["most"][451] == 0);
}

TEST_CASE("a time line without a recording has no rows") {
  const RecordedRun run;
  const auto line = page::timeline(page::Calls(profile_of(10)), run);
  CHECK(line["rows"].empty());
  CHECK_FALSE(line.contains("path"));
}

TEST_CASE("rows of engines, queues and the host") {
  Profile profile = profile_of(1000);
  profile.programs.push_back({.name = "p", .start_ticks = 100, .ticks = 500});
  profile.operators.push_back({});
  RecordedRun run;
  RecordedProgram program;
  sim::EngineSpan span{.engine = arch::Engine::vector, .op = 0, .start = Tick(5), .end = Tick(25), .busy = Tick(12)};
  span.stalls[static_cast<std::size_t>(sim::StallReason::dma)] = Tick(7);
  program.spans.engines.push_back(span);
  program.spans.queues.push_back(
      {.trigger = arch::Engine::sync, .queue = 3, .op = 0, .start = Tick(0), .end = Tick(4), .bytes = 64});
  run.programs.push_back(program);
  run.host.push_back({.first_node = "n", .start_ns = 600, .ns = 400});
  const auto line = page::timeline(page::Calls(profile), run);
  REQUIRE(line["rows"].size() == 3);
  const auto& engine = line["rows"][0];
  CHECK(engine["name"] == "vector");
  CHECK(engine["start"][0] == 105);
  CHECK(engine["ticks"][0] == 20);
  CHECK(engine["busy"][0] == 12);
  CHECK(engine["stalls"]["dma"][0] == 7);
  CHECK(line["rows"][1]["name"] == "queue sync 3");
  CHECK(line["rows"][1]["bytes"][0] == 64);
  CHECK(line["rows"][2]["name"] == "host");
  CHECK(line["rows"][2]["start"][0] == 600);
  CHECK(line["rows"][2]["ticks"][0] == 400);
}
