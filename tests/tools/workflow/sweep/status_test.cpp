#include "tools/workflow/sweep/status.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace inf::workflow::sweep {
namespace {

DatabaseStatus database(const char* file, const char* shard, std::size_t done, Activity activity) {
  DatabaseStatus one;
  one.file = file;
  one.shard = shard;
  one.cases = {{Status::done, done}, {Status::infeasible, 3}};
  one.activity = activity;
  return one;
}

SweepStatus status(std::vector<DatabaseStatus> databases, std::size_t missing) {
  SweepStatus status;
  status.sweep = "chips";
  status.points = {{Status::done, 1200}, {Status::infeasible, 9}, {Status::discarded, 91}, {Status::missing, missing}};
  status.databases = std::move(databases);
  return status;
}

const Activity kQuiet = {false, 0, 0};

TEST_CASE("the rest takes as long as the last minutes' rate says") {
  struct Row {
    const char* name;
    std::vector<Activity> writers;
    std::size_t workloads, missing;
    double rate;
    std::optional<double> eta_s;
  };
  const Row rows[] = {
      {"nobody writes", {{false, 600, 300}}, 1, 700, 0, {}},
      {"one writer", {{true, 600, 300}}, 1, 700, 2, 350.0},
      {"two writers", {{true, 600, 300}, {true, 150, 50}, {false, 90, 300}}, 1, 700, 5, 140.0},
      {"two workloads for each point", {{true, 600, 300}}, 2, 700, 1, 700.0},
      {"just begun", {{true, 0, 0}}, 1, 700, 0, {}},
      {"nothing missing", {{true, 600, 300}}, 1, 0, 2, 0.0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    SweepStatus found = status({}, row.missing);
    found.workloads = row.workloads;
    for (const Activity& writer : row.writers) found.databases.push_back(database("a.db", "", 1, writer));
    CHECK(found.rate() == row.rate);
    CHECK(found.eta_s() == row.eta_s);
  }
}

TEST_CASE("shards without a database are named") {
  struct Row {
    const char* name;
    std::vector<const char*> shards;
    std::vector<std::string> absent;
  };
  const Row rows[] = {
      {"all there", {"1/3", "3/3", "2/3"}, {}}, {"one absent", {"3/3", "1/3"}, {"2/3"}},  {"a whole sweep", {""}, {}},
      {"a merged one beside", {"", "1/3"}, {}}, {"of two divisions", {"1/3", "1/2"}, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    SweepStatus found = status({}, 1);
    for (const char* shard : row.shards) found.databases.push_back(database("a.db", shard, 1, kQuiet));
    CHECK(found.absent() == row.absent);
  }
}

TEST_CASE("status as a text") {
  const SweepStatus working = status(
      {database("c.1-of-3.db", "1/3", 1000, {true, 750, 300}), database("c.3-of-3.db", "3/3", 200, kQuiet)}, 700);
  CHECK(status_text(working) == R"(chips: 1 300 of 2 000 points have their outcome
  1 200 done, 9 infeasible, 91 discarded, 0 crashed, 0 timed out, 700 missing

Cases (a workload at a point; what a roofline discards is not stored)
  database     shard   done  infeasible  discarded  crashed  timed out  now
  c.1-of-3.db  1/3    1 000           3          0        0          0  written now, 2.5 cases per second
  c.3-of-3.db  3/3      200           3          0        0          0  -

no database of shard 2/3

about 4 min 40 s left at 2.5 points per second
)");
  const std::string stopped = status_text(status({database("c.db", "", 1200, kQuiet)}, 700));
  CHECK(stopped.ends_with("\nno sweep is writing; started again, it goes on from what is there\n"));
  const std::string begun = status_text(status({database("c.db", "", 0, {true, 0, 1})}, 700));
  CHECK(begun.ends_with("\nno point was finished yet\n"));
  const std::string done = status_text(status({database("c.db", "", 1200, kQuiet)}, 0));
  CHECK(done.find("1 300 of 1 300") != std::string::npos);
  CHECK(done.ends_with("  -\n"));
}

TEST_CASE("status as a document") {
  const auto json = nlohmann::json::parse(status_json(
      status({database("c.1-of-3.db", "1/3", 1000, {true, 750, 300}), database("c.db", "", 5, kQuiet)}, 700)));
  CHECK(json["document"] == "inf-sim sweep status");
  CHECK(json["points"]["missing"] == 700);
  CHECK(json["points"]["timed_out"] == 0);
  CHECK(json["databases"][0]["shard"] == "1/3");
  CHECK(json["databases"][0]["cases"]["done"] == 1000);
  CHECK(json["databases"][0]["written_now"] == true);
  CHECK(json["databases"][0]["cases_per_s"] == 2.5);
  CHECK(json["databases"][1]["shard"].is_null());
  CHECK(json["eta_s"] == 280);
  CHECK(nlohmann::json::parse(status_json(status({database("c.db", "", 5, kQuiet)}, 700)))["eta_s"].is_null());
}

}  // namespace
}  // namespace inf::workflow::sweep
