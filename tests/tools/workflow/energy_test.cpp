#include "tools/workflow/energy.h"

#include <doctest/doctest.h>

#include "tools/workflow/report.h"

namespace inf::workflow {
namespace {

TEST_CASE("energy of a call, term by term") {
  Roofline work;
  work.macs = 5;  // what the model says; what the array did counts
  work.executed_macs = 2'000'000'000;
  work.dram_read = 30'000'000;
  work.dram_written = 10'000'000;
  Latency latency;
  latency.device_ns = 2e6;
  latency.overhead_ns = 9e9;  // the host's affair
  latency.copied_bytes = 1'000'000;
  const struct {
    const char* name;
    arch::EnergySpec spec;
    double joule;
  } rows[] = {
      {"nothing", {0, 0, 0, 0}, 0},
      {"5 W for 2 ms", {5, 0, 0, 0}, 0.01},
      {"2e9 products of 1.5 pJ", {0, 1.5, 0, 0}, 0.003},
      {"40 MB of 50 pJ per byte", {0, 0, 50, 0}, 0.002},
      {"1 MB of 80 pJ per byte", {0, 0, 0, 80}, 0.00008},
      {"all", {5, 1.5, 50, 80}, 0.01508},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(measure_energy(row.spec, work, latency).total_j() == doctest::Approx(row.joule));
  }
  const Energy once = measure_energy({5, 1.5, 50, 80}, work, latency);
  CHECK((once + once).total_j() == doctest::Approx(2 * once.total_j()));
  CHECK(energy_text(once) ==
        "15.08 mJ: static 66.3 %, multiply-accumulates 19.9 %, device memory 13.3 %, host link 0.5 %");
}

}  // namespace
}  // namespace inf::workflow
