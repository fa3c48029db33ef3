#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "tests/tools/workflow/sweep/fake_results.h"
#include "tools/workflow/sweep/front_table.h"
#include "tools/workflow/sweep/results.h"
#include "tools/workflow/sweep/row.h"

namespace inf::workflow::sweep {
namespace {

std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  std::stringstream lines(text);
  for (std::string line; std::getline(lines, line);) most = std::max(most, line.size());
  return most;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("texts fit terminals") {
  for (const std::size_t objectives : {1, 2, 3, 4}) {
    CAPTURE(objectives);
    std::vector<Metric> all = {Metric::latency, Metric::usd_per_million, Metric::throughput, Metric::accuracy};
    all.resize(objectives);
    const fake::Fake f = fake::sampled(500, all);
    CHECK(widest(results_text(f.sweep, f.results)) <= 100);
    CHECK(widest(pareto_text(f.sweep, f.results)) <= 80);
  }
}

TEST_CASE("what the text of a sweep says") {
  const fake::Fake f = fake::sampled(500, {Metric::latency, Metric::usd_per_million});
  const std::string text = results_text(f.sweep, f.results);
  for (const char* part :
       {"500 points", "infeasible", "on the front", "Importance", "chip.sbuf.bytes_per_partition closes it",
        "Discarded", "by roofline", "such as point", "<= latency", "latency at most 60.00 ms",
        "Host: 500 outcomes computed in 12.50 s by 2 processes, 40.0 per second (20.0 for each)"}) {
    CAPTURE(part);
    CHECK(holds(text, part));
  }
}

TEST_CASE("only the last line depends on the host") {
  fake::Fake f = fake::sampled(100, {Metric::latency, Metric::usd_per_million});
  const std::string first = results_text(f.sweep, f.results);
  f.results.host = {1, 5, 1};
  const std::string second = results_text(f.sweep, f.results);
  CHECK(first != second);
  CHECK(first.substr(0, first.find("\nHost")) == second.substr(0, second.find("\nHost")));
}

TEST_CASE("parameters that do not vary are no columns, and the least important make room") {
  fake::Fake f =
      fake::grid({fake::axis("chip.tensor.rows", "-", {64}), fake::axis("chip.dma.queues", "queues", {1, 2})},
                 {Metric::latency}, [](const std::vector<double>& v) {
                   Metrics metrics;
                   metrics[Metric::latency] = 1000 / v[1];
                   return metrics;
                 });
  CHECK(pareto_text(f.sweep, f.results) ==
        "                        dma\n"
        "  point  key         queues   latency\n"
        "      1  " +
            short_key(f.results.rows[1].key) + "       2  500.0 ns\n");
  const std::string narrow = front_table(f.sweep, f.results, 30, 5);
  CHECK(holds(narrow, "no room here for"));
  CHECK(holds(narrow, "chip.dma.queues"));
}

TEST_CASE("a long front is shown in steps, with both ends") {
  const fake::Fake f = fake::grid({fake::axis("a", "-", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})},
                                  {Metric::latency, Metric::throughput}, [](const std::vector<double>& v) {
                                    Metrics metrics;
                                    metrics[Metric::latency] = metrics[Metric::throughput] = v[0];
                                    return metrics;
                                  });
  const std::string text = front_table(f.sweep, f.results, 100, 4);
  CHECK(holds(text, "4 of 10 points of the front"));
  CHECK(holds(text, "10.00 ns"));
  CHECK(holds(text, "1.000 ns"));
}

TEST_CASE("sweeps without a front say why") {
  const struct {
    const char* name;
    Status status;
    double latency;
    const char* want;
  } rows[] = {
      {"nothing done", Status::missing, 1, "nothing is computed yet"},
      {"all failed", Status::crashed, 1, "no point is done"},
      {"all beyond the limit", Status::done, 1e9, "every point that is done breaks a limit"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    fake::Fake f = fake::sampled(1, {Metric::latency, Metric::usd_per_million});
    Metrics metrics;
    metrics[Metric::latency] = row.latency;
    f.results.rows[0].outcome = fake::row(0, {0}, metrics).outcome;
    f.results.rows[0].outcome.status = row.status;
    judge(f.sweep, f.results);
    CHECK(holds(results_text(f.sweep, f.results), row.want));
    CHECK(holds(pareto_text(f.sweep, f.results), row.want));
  }
}

TEST_CASE("words wrap") {
  CHECK(wrapped("one two three", 2, 9) == "  one two\n  three\n");
  CHECK(wrapped("unbreakable", 2, 5) == "  unbreakable\n");
  CHECK(wrapped("", 2, 5).empty());
}

TEST_CASE("quantities") {
  const struct {
    double value;
    const char *unit, *want;
  } rows[] = {{219136, "B", "214.0 KiB"},
              {512, "B", "512 B"},
              {3.0 * 1024 * 1024, "bytes", "3.0 MiB"},
              {1500, "ns", "1.500 us"},
              {4, "-", "4"},
              {2.5, "GB/s", "2.5 GB/s"},
              {1e7, "partitions", "1e+07 partitions"}};
  for (const auto& row : rows) CHECK(quantity_text(row.value, row.unit) == row.want);
}

}  // namespace
}  // namespace inf::workflow::sweep
