#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/tools/workflow/sweep/fake_results.h"
#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {
namespace {

using Json = nlohmann::json;

Json document(const fake::Fake& f) { return Json::parse(results_json(f.sweep, f.results)); }

TEST_CASE("the document says what was asked for and what became of every point") {
  const fake::Fake f = fake::sampled(200, {Metric::latency, Metric::usd_per_million});
  const Json json = document(f);
  CHECK(json["document"] == "inf-sim sweep");
  CHECK(json["version"] == 1);
  CHECK(json["sweep"]["strategy"]["kind"] == "sobol");
  CHECK(json["axes"].size() == 6);
  CHECK(json["objectives"][0]["column"] == "latency_ns");
  CHECK(json["limits"][0]["bound"] == 60'000'000);
  CHECK(json["linked"][0]["formula"] == "chip.tensor.rows / 2");
  CHECK(json["rows"].size() == 200);
  CHECK(json["front"].size() == f.results.front.size());
  CHECK(json["counts"]["done"] == f.results.count(Status::done));
  CHECK(json["importance"].size() == 6);
  for (std::size_t i = 0; i < f.results.rows.size(); ++i) {
    const Json& row = json["rows"][i];
    CAPTURE(i);
    CHECK(row["number"] == i);
    CHECK(row["status"] == name(f.results.rows[i].outcome.status));
    CHECK(row.contains("metrics") == (f.results.rows[i].outcome.status == Status::done));
    CHECK(row["settings"].size() == 8);
  }
  std::size_t failed = 0;
  for (const Json& group : json["reasons"]) failed += group["points"].size();
  CHECK(failed ==
        f.results.count(Status::infeasible) + f.results.count(Status::crashed) + f.results.count(Status::timed_out));
}

TEST_CASE("two runs differ in the section host alone") {
  fake::Fake f = fake::sampled(50, {Metric::latency});
  const std::string first = results_json(f.sweep, f.results);
  f.results.host = {1, 3, 7};
  for (Row& row : f.results.rows) row.outcome.seconds = 42;
  const std::string second = results_json(f.sweep, f.results);
  CHECK(first != second);
  CHECK(first.substr(0, first.find("\"host\"")) == second.substr(0, second.find("\"host\"")));
}

TEST_CASE("texts that are no UTF-8 do not stop it") {
  fake::Fake f = fake::sampled(3, {Metric::latency});
  f.results.rows[0].outcome.reason = "\xff\xfe";
  CHECK(document(f)["rows"].size() == 3);
}

}  // namespace
}  // namespace inf::workflow::sweep
