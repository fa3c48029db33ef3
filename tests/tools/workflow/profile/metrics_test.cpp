#include "tools/workflow/profile/metrics.h"

#include <doctest/doctest.h>

#include <set>

#include "isa/base/error.h"
#include "tests/tools/workflow/profile/recorded.h"
#include "tools/workflow/profile/glossary.h"
#include "tools/workflow/profile/schema.h"
#include "tools/workflow/profile/warnings.h"

using namespace inf;
using namespace inf::workflow;

namespace {

double value(const Profile& profile, const char* name) {
  CAPTURE(name);
  const std::optional<double> found = metric(profile, name);
  REQUIRE(found);
  return *found;
}

/// A profile with these metrics and one engine that is busy for `share` of the run.
Profile with(std::vector<Metric> metrics, double share) {
  Profile p;
  p.metrics = std::move(metrics);
  p.engines = {{.engine = "tensor", .utilisation = share}};
  return p;
}

}  // namespace

TEST_CASE("metrics follow from the run by their definitions") {
  const Recorded recorded = record_craft("inf2", Detail::instructions);
  const Profile p = recorded.profile();
  const arch::ChipSpec& chip = recorded.chip;
  const double time = p.ns(p.ticks), flops = 2.0 * static_cast<double>(recorded.result.report.roofline->macs);
  const double peak =
      2e-3 * chip.tensor.rows * chip.tensor.columns * static_cast<double>(chip.tensor.clock_mhz);  // flop/ns
  const double bytes = value(p, "hbm_read_bytes") + value(p, "hbm_write_bytes");
  struct Row {
    const char* name;
    double wanted;
  };
  const Row rows[] = {
      {"total_time", time},
      {"neuroncore_cycle_count", time * 1.4},  // the base clock of Inf2 is 1.4 GHz
      {"model_flops", flops},
      {"mfu_estimated_percent", 100 * flops / (peak * time)},
      {"peak_flops_bandwidth_ratio", peak / chip.memory.bytes_per_ns},
      {"mbu_estimated_percent", 100 * bytes / (chip.memory.bytes_per_ns * time)},
      {"mm_arithmetic_intensity", value(p, "hardware_flops") / bytes},  // no transposes here
      {"transpose_flops", 0},
      {"dma_transfer_average_bytes", value(p, "dma_transfer_total_bytes") / value(p, "dma_transfer_count")},
      {"static_dma_transfer_count", value(p, "dma_transfer_count")},
      {"tensor_engine_active_time_percent", 100 * p.engines[0].utilisation},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(value(p, row.name) == doctest::Approx(row.wanted));
  }
  CHECK(value(p, "hardware_flops") >= value(p, "model_flops"));
  CHECK(value(p, "total_exec_time") <= time);
  CHECK(value(p, "total_active_time") <= time);
  CHECK(value(p, "weight_queue_bytes") > 0);
  CHECK(value(p, "input_queue_bytes") >= 3 * 32 * 64);
  CHECK(value(p, "output_queue_bytes") > 0);
}

TEST_CASE("metrics of engines that a chip lacks, and of instructions that were not recorded, are left out") {
  const Profile p = record_craft("inf1", Detail::operators).profile();
  CHECK(metric(p, "vector_engine_active_time"));
  CHECK_FALSE(metric(p, "gpsimd_engine_active_time"));
  CHECK_FALSE(metric(p, "hardware_flops"));
  CHECK(value(p, "neuroncore_cycle_count") == doctest::Approx(value(p, "total_time")));  // 1.0 GHz
}

TEST_CASE("a warning stands where a threshold is passed, and not on it") {
  struct Row {
    const char* name;
    std::vector<Metric> metrics;
    double busiest;
    const char* metric;  ///< of the only warning; null for none
  };
  const Row rows[] = {
      {"useful work", {{"mfu_active_percent", "", "", 49.9}}, 0.95, "mfu_active_percent"},
      {"useful enough", {{"mfu_active_percent", "", "", 50}}, 0.95, nullptr},
      {"transposes", {{"hardware_flops", "", "", 100}, {"transpose_flops", "", "", 10.1}}, 0.95, "transpose_flops"},
      {"few transposes", {{"hardware_flops", "", "", 100}, {"transpose_flops", "", "", 10}}, 0.95, nullptr},
      {"reloads", {{"hbm_read_bytes", "", "", 100}, {"spill_reload_bytes", "", "", 26}}, 0.95, "spill_reload_bytes"},
      {"few reloads", {{"hbm_read_bytes", "", "", 100}, {"spill_reload_bytes", "", "", 25}}, 0.95, nullptr},
      {"nothing read", {{"hbm_read_bytes", "", "", 0}, {"spill_reload_bytes", "", "", 0}}, 0.95, nullptr},
      {"idle", {{"mbu_estimated_percent", "", "", 59}}, 0.89, "tensor_engine_active_time_percent"},
      {"an engine works", {{"mbu_estimated_percent", "", "", 0}}, 0.9, nullptr},
      {"device memory works", {{"mbu_estimated_percent", "", "", 60}}, 0, nullptr},
      {"nothing known", {}, 0, nullptr},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::vector<ProfileWarning> warnings = judge_metrics(with(row.metrics, row.busiest));
    CHECK(warnings.size() == (row.metric ? 1 : 0));
    if (row.metric && !warnings.empty()) CHECK(warnings.front().metric == row.metric);
  }
}

TEST_CASE("every name of a profile is explained once") {
  std::set<std::string> seen;
  for (const Term& term : glossary()) {
    CAPTURE(term.name);
    CHECK_FALSE(term.definition.empty());
    CHECK_FALSE(term.unit.empty());
    CHECK(seen.insert(std::string(name(term.kind)) + " " + term.where + " " + term.name).second);
  }
  for (const MetricRow& row : metric_table()) CHECK(explain(row.name).front().kind == Term::Kind::metric);
  for (const TableInfo& table : profile_tables())
    for (const ColumnInfo& column : table.columns) CHECK_FALSE(explain(table.name + "." + column.name).empty());
}

TEST_CASE("names are found in any case, with blanks or underlines") {
  struct Row {
    const char* word;
    std::size_t terms;
    const char* where;
  };
  const Row rows[] = {
      {"Total_Time", 1, "Summary.total_time, Metric"},
      {"sbuf port", 1, "EngineIdle.reason, Stall.reason"},
      {"dma_data", 1, "CriticalPath.cause, OperatorPath.cause"},
      {"instruction.pc", 1, "Instruction.pc"},
      {"pc", 2, "CriticalPath.pc"},
      {"semaphore", 4, "Stall.semaphore"},  // two columns, a stall reason and a cause
      {"cc_op_count", 1, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.word);
    const std::vector<Term> terms = explain(row.word);
    CHECK(terms.size() == row.terms);
    CHECK(terms.front().where == row.where);
  }
  CHECK_THROWS_WITH_AS(explain("totl_time"), doctest::Contains("did you mean 'total_time'?"), Error);
  CHECK_THROWS_AS(explain(""), Error);
}
