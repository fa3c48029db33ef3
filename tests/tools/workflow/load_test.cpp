#include "tools/workflow/load.h"

#include <doctest/doctest.h>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "tools/workflow/compare.h"
#include "tools/workflow/uncertainty.h"

using namespace inf;
using namespace inf::workflow;

namespace {

WorkloadFile small_craft() {
  WorkloadFile file;
  file.file = "craft.yaml";
  file.model.builtin = PlacedText{"craft", ""};
  file.model.height = 32;
  file.model.width = 64;
  return file;
}

LoadReport load(const LoadOptions& options) {
  RunCache cache(std::nullopt);
  Progress progress(false);
  return run_load(small_craft(), {}, options, cache, progress);
}

Comparison small_comparison(std::vector<std::int64_t> batches) {
  CompareOptions options;
  options.instances = {{"inf1.xlarge", ""}, {"inf2.xlarge", ""}};
  options.batches = std::move(batches);
  RunCache cache(std::nullopt);
  Progress progress(false);
  return compare(small_craft(), {}, options, cache, progress);
}

}  // namespace

TEST_CASE("a closed loop reaches what its report calls the capacity") {
  LoadOptions options;
  options.workers = 2;
  options.requests = 2000;
  const LoadReport report = load(options);
  CHECK(report.copies == 2);
  CHECK(report.served.throughput_per_s == doctest::Approx(report.capacity_per_s).epsilon(0.01));
  CHECK(report.batches.size() == 1);
  CHECK(report.cost.size() == 2);
  options.cores = 1;
  const LoadReport one = load(options);
  CHECK(one.copies == 1);
  CHECK(one.served.throughput_per_s < report.served.throughput_per_s);
}

TEST_CASE("a rate below the capacity is served, one above it is refused") {
  LoadOptions options;
  options.rate_per_s = 100;
  options.max_batch = 3;
  options.max_wait_ns = 1e6;
  options.requests = 2000;
  const LoadReport report = load(options);
  REQUIRE(report.batches.size() == 3);  // 1, 2, 3
  CHECK(report.batches[2].batch == 3);
  CHECK(report.served.throughput_per_s == doctest::Approx(100).epsilon(0.1));
  CHECK(report.served.p50_ns >= 1e6);
  options.rate_per_s = report.capacity_per_s * 1.01;
  options.rate_place = "--rate";
  CHECK_THROWS_WITH_AS(load(options), doctest::Contains("the queue would grow without end (unstable)"), Error);
}

TEST_CASE("cores that an instance does not have") {
  struct Row {
    std::int64_t cores;
    const char* says;
  };
  for (const Row& row : {Row{0, "0 cores: inf2.xlarge has 2"}, Row{3, "3 cores: inf2.xlarge has 2"}}) {
    LoadOptions options;
    options.workers = 1;
    options.cores = row.cores;
    CHECK_THROWS_WITH_AS(load(options), doctest::Contains(row.says), Error);
  }
}

TEST_CASE("a comparison prices what run prices") {
  const Comparison comparison = small_comparison({1, 2});
  REQUIRE(comparison.points.size() == 4);
  for (const ComparePoint& point : comparison.points) {
    CAPTURE(point.instance);
    REQUIRE(point.feasible());
    CHECK(point.device.interval_ns >= point.device.call_ns * 0.999);
    CHECK(point.light.p50_ns <= point.full.p50_ns);
    CHECK(point.light.per_s <= point.full.per_s * 1.001);
    CHECK(point.full.usd_reserved < point.full.usd_on_demand);
  }
  LoadOptions options;
  options.workers = 2;
  const LoadReport report = load(options);
  CHECK(comparison.points[2].full.per_s == doctest::Approx(report.served.throughput_per_s).epsilon(0.01));
}

TEST_CASE("a pipeline is filled by as many calls as it has stages, and more") {
  arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf1.yaml");
  const arch::InstanceSpec instance = arch::load_instance(INF_SOURCE_DIR "/configs/instances/inf1.yaml", "inf1.xlarge");
  DeviceRun chain;
  chain.call_ns = 4e6;
  chain.interval_ns = 1e6;
  const ComparePoint point = price(chain, 1, Spread::pipeline, chip, instance, std::nullopt);
  CHECK(point.light.workers == 1);
  CHECK(point.full.workers == 8);
  CHECK(point.full.core_utilisation > 0.99);
  CHECK(point.full.per_s ==
        doctest::Approx(1e9 / (1e6 + static_cast<double>(instance.runtime.device_start_ns))).epsilon(0.01));
}

TEST_CASE("samples spread around the nominal value and repeat") {
  const Comparison comparison = small_comparison({1});
  RunCache cache(std::nullopt);
  Progress progress(false);
  const UncertaintyOptions options{6, 3};
  const Uncertainty sure = compare_uncertainty(small_craft(), {}, comparison, options, cache, progress);
  REQUIRE(sure.points.size() == 2);
  for (const UncertainPoint& point : sure.points) {
    CHECK(point.latency_ns.p10 < point.latency_ns.p90);
    CHECK(point.latency_ns.p10 > 0.3 * comparison.points[0].light.p99_ns * (point.family == "inf1" ? 1 : 0));
    CHECK(!point.influences.empty());
  }
  REQUIRE(sure.duels.size() == 1);
  CHECK(sure.duels[0].faster >= 0);
  CHECK(sure.duels[0].faster <= 1 + 1e-9);
  const Uncertainty again = compare_uncertainty(small_craft(), {}, comparison, options, cache, progress);
  CHECK(uncertainty_text(again) == uncertainty_text(sure));
}
