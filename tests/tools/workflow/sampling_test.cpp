#include "tools/workflow/sampling.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "isa/arch/chip_config.h"

using namespace inf;
using namespace inf::workflow;

namespace {

arch::ChipSpec chip(const std::string& name) {
  return arch::load_chip(INF_SOURCE_DIR "/configs/chips/" + name + ".yaml");
}

UncertainParameter parameter(double low, double value, double high) {
  UncertainParameter p;
  p.cause = "x";
  p.value = value, p.low = low, p.high = high;
  return p;
}

}  // namespace

TEST_CASE("quantiles of the triangular distribution") {
  struct Row {
    std::string name;
    UncertainParameter p;
    double share, want;
  };
  const Row rows[] = {
      {"least", parameter(1, 10, 100), 0, 1},
      {"greatest", parameter(1, 10, 100), 1, 100},
      {"the middle of a symmetric one, over the logarithm", parameter(1, 10, 100), 0.5, 10},
      // log10 runs from 0 to 2 with its peak at 1: the area below x is x^2 / 2
      {"an eighth", parameter(1, 10, 100), 0.125, std::sqrt(10.0)},
      {"value at the low end", parameter(2, 2, 4), 0, 2},
      {"value at the high end", parameter(2, 4, 4), 1, 4},
      {"from zero: over the number", parameter(0, 5, 10), 0.5, 5},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(quantile(row.p, row.share) == doctest::Approx(row.want));
  }
  for (double share = 0; share < 0.985; share += 0.01) {
    const UncertainParameter p = parameter(3, 4, 40);
    REQUIRE(quantile(p, share) <= quantile(p, share + 0.01));
  }
}

TEST_CASE("numbers with the same cause move together") {
  arch::ChipSpec v1 = chip("inf1"), v2 = chip("inf2");
  const auto mark = [](arch::ChipSpec& spec, const std::string& path, const std::string& source, double low,
                       double high) {
    spec.provenance.at(path).source = source;
    spec.provenance.at(path).range = arch::Uncertainty{low, high};
  };
  v1.dma.start_ns = v2.dma.start_ns = 700;
  mark(v1, "dma.start_ns", "as v2", 500, 900);
  mark(v2, "dma.start_ns", "a measurement", 500, 900);
  mark(v1, "memory.bytes_per_ns", "DDR4", 36, 53);
  const auto find = [](const std::vector<UncertainParameter>& list, const std::string& path) {
    const auto at = std::find_if(list.begin(), list.end(), [&](const auto& p) { return p.path == path; });
    REQUIRE(at != list.end());
    return *at;
  };
  const UncertainParameter of_v1 = find(uncertain_parameters(v1), "dma.start_ns"),
                           of_v2 = find(uncertain_parameters(v2), "dma.start_ns"),
                           own = find(uncertain_parameters(v1), "memory.bytes_per_ns");
  CHECK(of_v1.cause == "inf2:dma.start_ns");
  CHECK(of_v2.cause == "inf2:dma.start_ns");
  CHECK(own.cause == "inf1:memory.bytes_per_ns");
  for (std::uint64_t n = 0; n < 20; ++n) {
    CHECK(draw(of_v1, 1, n) == draw(of_v2, 1, n));
    CHECK(sampled(v1, 1, n).dma.start_ns == sampled(v2, 1, n).dma.start_ns);
  }
}

TEST_CASE("drawn chips stay within their ranges and differ") {
  const arch::ChipSpec nominal = chip("inf1");
  std::set<std::string> hashes;
  for (std::uint64_t n = 0; n < 50; ++n) {
    const arch::ChipSpec drawn = sampled(nominal, 7, n);
    hashes.insert(drawn.hash());
    CHECK(drawn.memory.bytes_per_ns >= 36);
    CHECK(drawn.memory.bytes_per_ns <= 53.687);
    CHECK(drawn.sbuf.bytes_per_partition % 1024 == 0);
    CHECK(drawn.tensor.rows == nominal.tensor.rows);
  }
  CHECK(hashes.size() == 50);
  CHECK(sampled(nominal, 7, 3).hash() == sampled(nominal, 7, 3).hash());
  CHECK(sampled(nominal, 8, 3).hash() != sampled(nominal, 7, 3).hash());
}

TEST_CASE("drawn runtimes keep their parts within the whole") {
  const arch::InstanceSpec nominal = arch::load_instance(INF_SOURCE_DIR "/configs/instances/inf1.yaml", "inf1.xlarge");
  for (std::uint64_t n = 0; n < 50; ++n) {
    const arch::RuntimeSpec drawn = sampled(nominal, 1, n).runtime;
    CHECK(drawn.device_start_ns + drawn.library_ns <= drawn.call_overhead_ns);
  }
}

TEST_CASE("percentiles") {
  const Spread3 s = spread_of({10, 0, 5, 1, 2, 3, 4, 6, 7, 8, 9});
  CHECK(s.p10 == doctest::Approx(1));
  CHECK(s.p50 == doctest::Approx(5));
  CHECK(s.p90 == doctest::Approx(9));
}
