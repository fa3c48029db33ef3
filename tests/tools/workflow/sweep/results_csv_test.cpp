#include <doctest/doctest.h>

#include <algorithm>

#include "tests/tools/workflow/sweep/fake_results.h"
#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {
namespace {

/// The cells of a text by RFC 4180.
std::vector<std::vector<std::string>> parse(const std::string& csv) {
  std::vector<std::vector<std::string>> lines(1, std::vector<std::string>(1));
  bool quoted = false;
  for (std::size_t i = 0; i < csv.size(); ++i) {
    std::string& cell = lines.back().back();
    if (quoted && csv[i] == '"' && i + 1 < csv.size() && csv[i + 1] == '"')
      cell += csv[i++];
    else if (csv[i] == '"')
      quoted = !quoted;
    else if (!quoted && csv[i] == ',')
      lines.back().emplace_back();
    else if (!quoted && csv[i] == '\n')
      lines.emplace_back(1);
    else
      cell += csv[i];
  }
  lines.pop_back();  // behind the last line feed
  return lines;
}

fake::Fake one_row() {
  fake::Fake f;
  f.sweep.workloads = {{"craft", "craft.yaml", 1}};
  f.sweep.objectives = {Metric::latency};
  f.sweep.space.axes = {fake::axis("chip.tensor.rows", "-", {64, 128})};
  Metrics metrics;
  metrics[Metric::latency] = 0.1 + 0.2;
  f.results.rows = {fake::row(7, {1}, metrics)};
  f.results.rows[0].key = "k";
  f.results.rows[0].settings = {{"chip.tensor.rows", "128", ""}};
  return f;
}

std::string cell(const fake::Fake& f, const std::string& column) {
  const auto lines = parse(results_csv(f.sweep, f.results));
  const auto at = std::find(lines[0].begin(), lines[0].end(), column);
  REQUIRE(at != lines[0].end());
  return lines[1][static_cast<std::size_t>(at - lines[0].begin())];
}

TEST_CASE("the lines of a small sweep") {
  fake::Fake f = one_row();
  judge(f.sweep, f.results);
  CHECK(results_csv(f.sweep, f.results) ==
        "number,key,status,chip.tensor.rows,latency_ns,throughput_per_s,usd_per_million,energy_j,accuracy,device_ns,"
        "on_front,within_limits,bound,reason,short_of,needed,available,unit,knob\n"
        "7,k,done,128,0.30000000000000004,,,,,0,yes,yes,,,,,,,\n");
}

TEST_CASE("quoting") {
  const struct {
    const char* name;
    std::string text, written;
  } rows[] = {
      {"plain", "no room", "no room"},
      {"comma", "64, 128", "\"64, 128\""},
      {"quote", "\"bf16\"", "\"\"\"bf16\"\"\""},
      {"line feed", "first\nsecond", "\"first\nsecond\""},
      {"carriage return", "a\rb", "\"a\rb\""},
      {"blanks stay", " a ", " a "},
      {"empty", "", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    fake::Fake f = one_row();
    f.results.rows[0].outcome.reason = row.text;
    CHECK(cell(f, "reason") == row.text);
    CHECK(results_csv(f.sweep, f.results).find("," + row.written + ",,,,,\n") != std::string::npos);
  }
}

TEST_CASE("linked and fixed values, shortfalls and bounds have columns") {
  fake::Fake f = one_row();
  f.sweep.space.linked = {{"chip.tensor.columns", "chip.tensor.rows / 2", "", nullptr}};
  f.sweep.space.fixed = {{"workload.target.instance", "inf2.xlarge", ""}};
  Row& row = f.results.rows[0];
  row.settings = {{"workload.target.instance", "inf2.xlarge", ""},
                  {"chip.tensor.rows", "128", ""},
                  {"chip.tensor.columns", "64", ""}};
  row.outcome.status = Status::infeasible;
  row.outcome.metrics = {};
  row.outcome.shortfall = {"SBUF per partition", 219136, 196608, "B", "chip.sbuf.bytes_per_partition"};
  row.outcome.bound = Bound{"tiles", {}, "sums"};
  const struct {
    const char *column, *want;
  } cells[] = {{"status", "infeasible"},
               {"chip.tensor.columns", "64"},
               {"workload.target.instance", "inf2.xlarge"},
               {"latency_ns", ""},
               {"device_ns", ""},
               {"bound", "tiles"},
               {"needed", "219136"},
               {"available", "196608"},
               {"unit", "B"},
               {"knob", "chip.sbuf.bytes_per_partition"},
               {"short_of", "SBUF per partition"}};
  for (const auto& c : cells) {
    CAPTURE(c.column);
    CHECK(cell(f, c.column) == c.want);
  }
}

TEST_CASE("of several workloads each has its figures") {
  fake::Fake f = one_row();
  f.sweep.workloads.push_back({"parseq", "parseq.yaml", 2});
  CaseOutcome second = f.results.rows[0].outcome;
  second.metrics[Metric::latency] = 1e6;
  f.results.rows[0].cases.push_back(second);
  CHECK(cell(f, "craft.latency_ns") == "0.30000000000000004");
  CHECK(cell(f, "parseq.latency_ns") == "1000000");
  CHECK(cell(f, "parseq.status") == "done");
}

TEST_CASE("equal results give equal bytes, and nothing of the host is in them") {
  fake::Fake a = fake::sampled(300, {Metric::latency, Metric::usd_per_million});
  fake::Fake b = fake::sampled(300, {Metric::latency, Metric::usd_per_million});
  b.results.host = {99, 1, 16};
  for (Row& row : b.results.rows) row.outcome.seconds = row.cases[0].seconds = 42;
  CHECK(results_csv(a.sweep, a.results) == results_csv(b.sweep, b.results));
  const auto lines = parse(results_csv(a.sweep, a.results));
  CHECK(lines.size() == 301);
  for (const auto& line : lines) CHECK(line.size() == lines[0].size());
}

}  // namespace
}  // namespace inf::workflow::sweep
