#include "tools/workflow/profile/diff.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "isa/base/error.h"
#include "tests/tools/workflow/profile/made_profile.h"

namespace inf::workflow {
namespace {

template <class Row>
std::int64_t sum(const std::vector<Row>& rows) {
  std::int64_t ticks = 0;
  for (const Row& row : rows) ticks += row.change();
  return ticks;
}

void check_sums(const Diff& d) {
  CHECK(sum(d.operators) == d.change());
  CHECK(sum(d.layers) == d.change());
  if (!d.path) return;
  CHECK(sum(d.causes) == d.change());
  CHECK(sum(d.engines) == d.change());
  for (const DiffOperator& op : d.operators)
    if (op.match != DiffOperator::Match::none) CHECK(sum(op.causes) == op.change());
}

Profile unfused() {
  Profile p = made_profile({made_operator("conv"), made_operator("relu"), made_operator("fc"), made_operator("old")},
                           {{100, "tensor", 0, "datapath"},
                            {30, "scalar", 1, "datapath"},
                            {50, "dma", 2, "dma data"},
                            {5, "vector", 3, "datapath"},
                            {3, "host", -1, "other"}});
  p.settings = {{"batch", "1"}, {"only_here", "x"}, {"weights", "stream"}};
  p.metrics = {{"instruction_count", "instructions", "", 10}};
  return p;
}

Profile fused() {
  Profile p = made_profile({made_operator("conv", {"conv", "relu"}), made_operator("fc"), made_operator("new")},
                           {{90, "tensor", 0, "datapath"}, {70, "dma", 1, "dma data"}, {4, "vector", 2, "latency"}});
  p.settings = {{"batch", "2"}, {"weights", "stream"}};
  p.metrics = {{"instruction_count", "instructions", "", 12}};
  return p;
}

const DiffOperator& row(const Diff& d, const std::string& name) {
  for (const DiffOperator& op : d.operators)
    if (op.name == name) return op;
  throw Error(ErrorKind::internal, name, "is no row");
}

TEST_CASE("operators are matched by their nodes, and everything adds up") {
  const Diff d = diff(unfused(), fused());
  CHECK(d.change() == 164 - 188);
  check_sums(d);
  struct Row {
    const char* name;
    DiffOperator::Match match;
    std::int64_t a, b;
  };
  const Row rows[] = {
      {"conv", DiffOperator::Match::regrouped, 130, 90}, {"fc", DiffOperator::Match::same, 50, 70},
      {"old", DiffOperator::Match::only_a, 5, 0},        {"new", DiffOperator::Match::only_b, 0, 4},
      {"no operator", DiffOperator::Match::none, 3, 0},
  };
  CHECK(d.operators.size() == std::size(rows));
  for (const Row& want : rows) {
    CAPTURE(want.name);
    const DiffOperator& found = row(d, want.name);
    CHECK(found.match == want.match);
    CHECK(found.a == want.a);
    CHECK(found.b == want.b);
  }
  CHECK(d.operators.front().name == "conv");
  CHECK(row(d, "conv").in_a == std::vector<std::string>{"conv", "relu"});
}

TEST_CASE("the other way round is the same with the sign changed") {
  const Diff d = diff(unfused(), fused()), back = diff(fused(), unfused());
  check_sums(back);
  CHECK(back.change() == -d.change());
  REQUIRE(back.operators.size() == d.operators.size());
  for (std::size_t i = 0; i < d.operators.size(); ++i) {
    CHECK(back.operators[i].name == d.operators[i].name);
    CHECK(back.operators[i].change() == -d.operators[i].change());
  }
  for (std::size_t i = 0; i < d.causes.size(); ++i) CHECK(back.causes[i].change() == -d.causes[i].change());
}

TEST_CASE("a run differs in nothing from itself") {
  const Profile p = unfused();
  const Diff d = diff(p, p);
  CHECK(d.change() == 0);
  for (const DiffOperator& op : d.operators) CHECK(op.change() == 0);
  for (const DiffRow& cause : d.causes) CHECK(cause.change() == 0);
  for (const DiffRow& engine : d.engines) CHECK(engine.change() == 0);
  CHECK(d.settings.empty());
  CHECK(d.sentence == "no difference");
  CHECK(diff_text(d, p, p, "a.db", "a.db", 10).find("Settings: the same") != std::string::npos);
}

TEST_CASE("clocks that are no multiples of one another have exact common ticks") {
  const auto at = [](std::int64_t mhz, std::int64_t ticks) {
    return made_profile({made_operator("op")}, {{ticks, "tensor", 0, "datapath"}}, mhz);
  };
  // 7 ticks of 5.6 GHz are 1.25 ns, 3 of 1 GHz are 3 ns: in ticks of 28 GHz 35 and 84
  const Diff d = diff(at(5600, 7), at(1000, 3));
  CHECK(d.tick_mhz == 28000);
  CHECK(d.a == 35);
  CHECK(d.b == 84);
  CHECK(d.ns(d.change()) == doctest::Approx(1.75));
  check_sums(d);
  CHECK_THROWS_AS(diff(at(999'999'999'989, 1'000'000), at(999'999'999'961, 1'000'000)), Error);
}

TEST_CASE("settings that differ, and metrics that both have") {
  const Diff d = diff(unfused(), fused());
  REQUIRE(d.settings.size() == 2);
  CHECK(d.settings[0].name == "batch");
  CHECK(d.settings[0].b == "2");
  CHECK(d.settings[1].name == "only_here");
  CHECK(d.settings[1].b.empty());
  REQUIRE(d.metrics.size() == 1);
  CHECK(d.metrics[0].b == 12);
}

TEST_CASE("the sentence names what drove the difference") {
  const std::string text = diff(unfused(), fused()).sentence;
  CAPTURE(text);
  CHECK(text.find("24.00 ns less") != std::string::npos);
  CHECK(text.find("datapath") != std::string::npos);
  CHECK(text.find("conv") != std::string::npos);
}

TEST_CASE("without a path in one of them, both are split by when the run ended") {
  Profile a = unfused(), b = fused();
  b.path.clear();
  a.operators[0].use.added_ns = 188;
  b.operators[0].use.added_ns = 164;
  const Diff d = diff(a, b);
  CHECK_FALSE(d.path);
  CHECK(d.causes.empty());
  CHECK(row(d, "conv").change() == -24);
  check_sums(d);
  const std::string one = "B was recorded by operator, A by instruction";
  CHECK(diff_text(d, a, b, "a.db", "b.db", 10).find(one) != std::string::npos);
  a.path.clear();
  CHECK(diff_text(diff(a, b), a, b, "a.db", "b.db", 10).find("was recorded by operator") == std::string::npos);
}

TEST_CASE("the document holds the same rows") {
  const Profile a = unfused(), b = fused();
  const auto json = nlohmann::json::parse(diff_json(diff(a, b), a, b, "a.db", "b.db"));
  std::int64_t ticks = 0;
  for (const auto& op : json["by_operator"]) ticks += op["change_ticks"].get<std::int64_t>();
  CHECK(ticks == json["change_ticks"].get<std::int64_t>());
  CHECK(json["a"]["file"] == "a.db");
}

}  // namespace
}  // namespace inf::workflow
