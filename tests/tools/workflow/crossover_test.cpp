#include "tools/workflow/crossover.h"

#include <doctest/doctest.h>

using namespace inf::workflow;

namespace {

constexpr double kMs = 1e6;

std::vector<Offer> offers(std::initializer_list<std::pair<double, double>> points) {
  std::vector<Offer> list;
  for (const auto& [ms, usd] : points) list.push_back({ms * kMs, usd, ""});
  return list;
}

/// One point of a comparison at one operating point.
ComparePoint point(const std::string& instance, std::int64_t batch, double ms, double usd) {
  ComparePoint p;
  p.instance = instance;
  p.family = instance.substr(0, instance.find('.'));
  p.batch = batch;
  p.light.p50_ns = p.light.p99_ns = ms * kMs;
  p.light.per_s = 1 / usd;
  p.light.usd_on_demand = usd;
  p.light.usd_reserved = usd / 2;
  p.full = p.light;
  return p;
}

}  // namespace

TEST_CASE("when the cheapest of one family beats that of another") {
  struct Row {
    std::string name;
    std::vector<Offer> a, b;
    bool ever, always, lasting;
    double first_ms, from_ms;
  };
  const Row rows[] = {
      {"slow but cheap", offers({{8, 5}, {20, 1}}), offers({{1, 4}, {10, 2}}), true, false, true, 20, 20},
      {"never", offers({{8, 5}, {20, 3}}), offers({{1, 4}, {10, 2}}), false, false, false, 0, 0},
      {"always where both answer", offers({{8, 1}}), offers({{1, 4}, {10, 2}}), true, true, true, 8, 8},
      {"for a while", offers({{8, 3}}), offers({{1, 4}, {10, 2}}), true, false, false, 8, 8},
      {"twice", offers({{8, 3}, {30, 1}}), offers({{1, 4}, {10, 2}}), true, false, true, 8, 30},
      {"equal is not cheaper", offers({{8, 2}}), offers({{1, 2}}), false, false, false, 0, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Crossover c = cross(row.a, row.b);
    CHECK(c.ever == row.ever);
    CHECK(c.always == row.always);
    CHECK(c.lasting == row.lasting);
    if (!row.ever) continue;
    CHECK(c.first_ns == row.first_ms * kMs);
    CHECK(c.from_ns == row.from_ms * kMs);
  }
}

TEST_CASE("sentences and choices of a comparison") {
  Comparison comparison;
  comparison.points = {point("inf1.xlarge", 1, 8, 0.5), point("inf1.xlarge", 6, 40, 0.05),
                       point("inf2.xlarge", 1, 1, 0.1), point("inf2.xlarge", 8, 6, 0.08)};
  ComparePoint never = point("inf1.xlarge", 16, 1, 0.01);
  never.refused = "too large";
  comparison.points.push_back(never);
  const std::vector<std::string> sentences = crossover_sentences(comparison);
  REQUIRE(sentences.size() == 2);
  CHECK(
      sentences[0] ==
      "inf1 against inf2, on demand: inf1 becomes cheaper once a call may take 40.00 ms: inf1.xlarge, batch 6, 1 "
      "worker "
      "per core at 0.05 USD per million against inf2.xlarge, batch 8, 1 worker per core at 0.08 USD per million; below "
      "8.000 ms only inf2 answers in time.");

  comparison.slo_ns = 10 * kMs;
  std::vector<Choice> choices = best(comparison);
  REQUIRE(choices.size() == 4);
  CHECK(choices[0].point->batch == 1);
  CHECK(choices[0].point->instance == "inf2.xlarge");
  CHECK(choices[2].point->batch == 8);
  comparison.slo_ns.reset();
  CHECK(best(comparison)[2].point->instance == "inf1.xlarge");
  comparison.slo_ns = 0.5 * kMs;
  CHECK(best(comparison).empty());
  CHECK(compare_text(comparison).find("none: every call takes longer") != std::string::npos);
  CHECK(compare_text(comparison).find("[1] too large") != std::string::npos);
}
