#include "tools/workflow/profile/breakdown.h"

#include <doctest/doctest.h>

#include "tests/tools/workflow/profile/made_profile.h"
#include "tools/workflow/profile/stretches.h"

namespace inf::workflow {
namespace {

std::int64_t sum(const std::vector<Part>& parts) {
  std::int64_t ticks = 0;
  for (const Part& part : parts) ticks += part.ticks;
  return ticks;
}

Profile two_operators() {
  return made_profile({made_operator("a", {}, "/one"), made_operator("b", {}, "/one")}, {{10, "dma", 0, "dma data"},
                                                                                         {20, "tensor", 0, "datapath"},
                                                                                         {5, "tensor", 1, "latency"},
                                                                                         {30, "tensor", 0, "datapath"},
                                                                                         {7, "host", -1, "other"}});
}

TEST_CASE("each split adds up to the latency, longest part first") {
  const Profile p = two_operators();
  struct Row {
    By by;
    std::vector<Part> want;
  };
  const Row rows[] = {
      {By::engine, {{"tensor", 55}, {"dma", 10}, {"host", 7}}},
      {By::op, {{"a", 60, 0}, {"no operator", 7}, {"b", 5, 1}}},
      {By::layer, {{"/one", 65}, {"no operator", 7}}},
      {By::cause, {{"datapath", 50}, {"dma data", 10}, {"other", 7}, {"latency", 5}}},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(name(row.by)));
    CHECK(split(p, row.by) == row.want);
    CHECK(sum(split(p, row.by)) == p.ticks);
    for (std::size_t top = 1; top < 5; ++top) CHECK(sum(closed(split(p, row.by), top)) == p.ticks);
  }
}

TEST_CASE("two operators of one name are two parts") {
  const Profile p = made_profile({made_operator("a"), made_operator("a")},
                                 {{1, "tensor", 0, "datapath"}, {2, "tensor", 1, "datapath"}});
  CHECK(split(p, By::op) == std::vector<Part>{{"a", 2, 1}, {"a", 1, 0}});
}

TEST_CASE("a path that does not reach the end leaves a part that says so") {
  Profile p = two_operators();
  p.ticks += 100;
  CHECK(split(p, By::engine).front() == Part{"not recorded", 100});
  CHECK(sum(split(p, By::op)) == p.ticks);
}

TEST_CASE("without a path operators split the latency by when the run ended") {
  Profile p = two_operators();
  p.path.clear();
  p.operators[0].use.added_ns = 30.4;
  p.operators[1].use.added_ns = 41.6;
  CHECK(split(p, By::op) == std::vector<Part>{{"b", 42, 1}, {"a", 30, 0}});
  CHECK(split(p, By::engine).empty());
  CHECK(split(p, By::cause).empty());
}

TEST_CASE("one row is not closed into 'others'") {
  const std::vector<Part> parts = {{"a", 3}, {"b", 2}, {"c", 1}};
  CHECK(closed(parts, 2) == parts);
  CHECK(closed(parts, 1) == std::vector<Part>{{"a", 3}, {"2 others", 3}});
}

TEST_CASE("busy and idle add up on every engine") {
  Profile p = two_operators();
  p.engines = {{"tensor", 50, 0, 9, {{"dma", 12}, {"issue", 3}}}, {"dma", 10, 0, 2, {}}};
  for (const EngineTime& engine : engine_times(p)) {
    CAPTURE(engine.engine);
    CHECK(engine.busy + sum(engine.idle) == p.ticks);
  }
  p.programs.push_back({"second", 0, 1, 0, p.ticks});
  CHECK(cores(p) == 2);
  for (const EngineTime& engine : engine_times(p)) CHECK(engine.busy + sum(engine.idle) == 2 * p.ticks);
}

TEST_CASE("every cause is found by its name, and only those of transfers are DMA") {
  int dma = 0;
  for (int i = 0; i < sim::kPathCauses; ++i) {
    const auto cause = static_cast<sim::PathCause>(i);
    CHECK(path_cause(sim::name(cause)) == cause);
    dma += is_dma(cause) ? 1 : 0;
  }
  CHECK(dma == 7);
  CHECK(path_cause("no such cause") == sim::PathCause::other);
}

TEST_CASE("stretches follow one another over the whole latency, whatever their number") {
  std::vector<MadeStretch> path;
  for (int i = 0; i < 300; ++i)
    path.push_back({1 + i * 7 % 13, i % 3 == 0 ? "dma" : "tensor", i / 40 + (i % 5 == 0 ? 1 : 0), "datapath"});
  std::vector<ProfileOperator> ops;
  for (int i = 0; i < 10; ++i) ops.push_back(made_operator("op" + std::to_string(i), {}, "/layer"));
  const Profile p = made_profile(ops, path);
  for (const std::size_t most : {1u, 2u, 7u, 24u, 1000u}) {
    CAPTURE(most);
    const std::vector<Stretch> list = stretches(p, most);
    CHECK(list.size() <= most);
    std::int64_t at = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      CHECK(list[i].from == at);
      at = list[i].to;
      CHECK(sum(list[i].engines) == list[i].to - list[i].from);
      CHECK(sum(list[i].causes) == list[i].to - list[i].from);
    }
    CHECK(at == p.ticks);
  }
}

TEST_CASE("a short stretch joins its neighbours and their operator becomes one") {
  const Profile p = two_operators();
  const std::vector<Stretch> list = stretches(p, 2);
  REQUIRE(list.size() == 2);
  CHECK(list[0].name == "a");
  CHECK(list[0].to == 65);
  CHECK(list[0].others == 1);
  CHECK(list[0].causes.front() == Part{"tensor datapath", 50});
  CHECK(list[1].name == "-");
}

TEST_CASE("a stretch of many operators goes by its layer") {
  const Profile p =
      made_profile({made_operator("a", {}, "/x"), made_operator("b", {}, "/x"), made_operator("c", {}, "/y")},
                   {{4, "tensor", 0, "datapath"}, {4, "tensor", 1, "datapath"}, {4, "tensor", 2, "datapath"}});
  CHECK(stretches(p, 1).front().name == "/x");
}

TEST_CASE("lanes hold each column's time once") {
  const Profile p = two_operators();
  std::vector<double> columns(9, 0);
  for (const Lane& lane : lanes(p, columns.size()))
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i] += lane.share[i];
  for (const double column : columns) CHECK(column == doctest::Approx(1));
}

}  // namespace
}  // namespace inf::workflow
