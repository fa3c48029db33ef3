#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tools/workflow/sweep/repeat.h"

namespace inf::workflow::sweep {
namespace {

CaseOutcome outcome(Status status, double latency, const char* reason) {
  CaseOutcome outcome;
  outcome.status = status;
  if (latency > 0) outcome.metrics[Metric::latency] = latency;
  outcome.reason = reason;
  return outcome;
}

Repetition repetition(std::optional<CaseOutcome> stored, const CaseOutcome& now, bool same) {
  Repetition repetition;
  repetition.point = {"a1b2c3", {{"chip.tensor.rows", "64", ""}, {"workload.model.batch", "4", ""}}, {"d4"}};
  repetition.outcomes.push_back({"craft", "d4", std::move(stored), now, same});
  return repetition;
}

TEST_CASE("what is said of a point computed anew") {
  const CaseOutcome fast = outcome(Status::done, 1234.5, ""), slow = outcome(Status::done, 1234.5000000000002, "");
  const CaseOutcome full = outcome(Status::infeasible, 0, "SBUF per partition: 200 KiB > 192 KiB");
  const CaseOutcome dead = outcome(Status::crashed, 0, "killed by SIGSEGV");
  const CaseOutcome out = outcome(Status::discarded, 0, "roofline: ...");
  struct Row {
    const char* name;
    Repetition repetition;
    const char* says;
  };
  const Row rows[] = {
      {"same", repetition(fast, fast, true), "craft: done; the same as in the database, bit for bit\n"},
      {"differs in the last bit", repetition(fast, slow, false), "craft: differs: done in the database, done now\n"},
      {"was something else", repetition(dead, fast, false), "craft: differs: crashed in the database, done now\n"},
      {"infeasible", repetition(full, full, true), "craft: infeasible, as in the database: SBUF per partition: 200"},
      {"crashed", repetition(dead, dead, true), "craft: crashed, as in the database: killed by SIGSEGV\n"},
      {"discarded", repetition(out, fast, true),
       "craft: discarded in the database, by the same bound as now; measured"},
      {"never computed", repetition({}, fast, true), "craft: done; the database has no outcome of it to compare"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string text = repetition_text(row.repetition);
    CHECK(text.starts_with("point a1b2c3\n  chip.tensor.rows = 64\n  workload.model.batch = 4\n\n"));
    CHECK(text.find(row.says) != std::string::npos);
    CHECK(row.repetition.same() == row.repetition.outcomes[0].same);
  }
  const std::string text = repetition_text(rows[1].repetition);
  CHECK(text.find("1234.5  1234.5000000000002") != std::string::npos);
}

TEST_CASE("a point computed anew as a document") {
  Repetition repeated = repetition(outcome(Status::done, 1234.5, ""), outcome(Status::done, 0.1 + 0.2, ""), false);
  repeated.commands = {"inf-sim run x/w.yaml"};
  const auto json = nlohmann::json::parse(repetition_json(repeated));
  CHECK(json["document"] == "inf-sim sweep rerun");
  CHECK(json["key"] == "a1b2c3");
  CHECK(json["settings"]["workload.model.batch"] == "4");
  CHECK(json["same"] == false);
  CHECK(json["cases"][0]["stored"]["latency_ns"] == 1234.5);
  CHECK(json["cases"][0]["now"]["latency_ns"] == 0.1 + 0.2);
  CHECK(json["commands"][0] == "inf-sim run x/w.yaml");
  CHECK(nlohmann::json::parse(repetition_json(repetition({}, {}, true)))["cases"][0]["stored"].is_null());
}

}  // namespace
}  // namespace inf::workflow::sweep
