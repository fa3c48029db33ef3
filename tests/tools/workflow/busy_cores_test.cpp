#include <doctest/doctest.h>

#include "isa/arch/instance.h"
#include "isa/base/error.h"
#include "tests/sim/support/program_builder.h"
#include "tools/workflow/busy_cores.h"

using namespace inf;
using namespace inf::workflow;
using namespace inf::sim::test;

namespace {

std::vector<arch::InstanceSpec> sizes() {
  return arch::load_instances(std::string(INF_SOURCE_DIR) + "/configs/instances/inf2.yaml");
}

/// Loads from device memory and nothing else.
Builder loads(int count, unsigned bytes) {
  Builder b;
  const auto x = b.input("x", DType::uint8, {128, bytes});
  for (int i = 0; i < count; ++i)
    b.add(Engine::sync, dma(sbuf(0, 128, 0, DType::uint8, bytes), dram(x, 128, DType::uint8, bytes)));
  return b;
}

constexpr double kGap = 5000;

BusyCores busy(Builder& program, const CoreLayout& layout, const arch::ChipSpec& chip) {
  isa::ProgramSource* const sources[] = {&program};
  Progress silent(false);
  return simulate_busy_cores(chip, sources, layout, kGap, silent);
}

}  // namespace

TEST_CASE(
    "cores: as few chips as hold them, evenly; more than the instance has are refused with the size that would do") {
  struct Row {
    std::int64_t cores;
    int chips, most, full;
  };
  const Row rows[] = {{1, 1, 1, 1}, {2, 1, 2, 1}, {3, 2, 2, 1}, {7, 4, 2, 3}, {12, 6, 2, 6}};
  const auto known = sizes();
  for (const Row& row : rows) {
    CAPTURE(row.cores);
    const CoreLayout layout = lay_out_cores(inf2(), known[2], known, row.cores, "--cores");  // six chips
    CHECK(layout.cores == row.cores);
    CHECK(layout.chips == row.chips);
    CHECK(layout.most == row.most);
    CHECK(layout.full_chips() == row.full);
  }
  struct Refused {
    std::int64_t cores;
    const char *message, *note;
  };
  const Refused refused[] = {
      {3, "3 cores are more than inf2.xlarge has: 2 (1 chip of 2)", "inf2.24xlarge has 12 cores (6 chips)"},
      {25, "25 cores are more than inf2.xlarge has: 2 (1 chip of 2)", "no instance of family inf2 has as many"}};
  for (const Refused& row : refused) {
    CAPTURE(row.cores);
    try {
      lay_out_cores(inf2(), known[0], known, row.cores, "--cores");
      FAIL("not refused");
    } catch (const Error& e) {
      CHECK(exit_code(e.kind()) == 2);
      CHECK(e.where() == "--cores");
      CHECK(e.message() == row.message);
      CHECK(e.notes().at(0) == row.note);
    }
  }
}

TEST_CASE("busy cores: what DMA binds shares the memory, what waits for itself does not slow down") {
  Builder heavy = loads(60, 16384), light = loads(1, 64);
  const BusyCores one = busy(heavy, {1, 1, 1}, inf2()), two = busy(heavy, {2, 1, 2}, inf2());
  CHECK(one.slow_down() == doctest::Approx(1));
  CHECK(one.contended == 0);
  const double wanted = 2 * inf2().dma.engines * inf2().dma.bytes_per_ns;
  const double expected = wanted / inf2().memory.shared_bytes_per_ns;
  CHECK(two.slow_down() > 1 + 0.7 * (expected - 1));  // the start of each call is not bound by memory
  CHECK(two.slow_down() < expected);
  CHECK(two.alone_ns == doctest::Approx(one.alone_ns));
  CHECK(two.interval_ns == doctest::Approx(two.call_ns + kGap));
  CHECK(two.bytes_per_ns <= two.limit_bytes_per_ns);
  CHECK(two.bound == "device memory");
  CHECK(one.bound == "dma");
  CHECK(two.chip_per_s == doctest::Approx(2e9 / two.interval_ns));
  CHECK(two.per_s == doctest::Approx(two.chip_per_s));

  const BusyCores idle = busy(light, {2, 1, 2}, inf2());
  CHECK(idle.slow_down() == doctest::Approx(1).epsilon(0.001));
  CHECK(idle.bound == "waiting");

  // three cores on two chips: one chip as above, and one whose core is alone
  const BusyCores three = busy(heavy, {3, 2, 2}, inf2());
  CHECK(three.per_s == doctest::Approx(two.chip_per_s + one.chip_per_s));
}

TEST_CASE("throughput from busy cores; the host caps it") {
  BusyCores b;
  b.cores = 4, b.chips = 2, b.most = 2;
  b.alone_ns = 900, b.device_start_ns = 100;
  b.chip_per_s = 1.5e6, b.per_s = 3e6;
  b.bound = "device memory";
  Throughput from_one;
  from_one.cores = 2;
  const Throughput rate = busy_throughput(b, from_one, 0);
  CHECK(rate.core_per_s == doctest::Approx(1e6));
  CHECK(rate.chip_per_s == 1.5e6);
  CHECK(rate.instance_per_s == 3e6);
  CHECK(rate.simulated_cores == 2);
  CHECK(rate.chip_bound == "device memory");
  CHECK(rate.instance_bound == "chips");
  const Throughput capped = busy_throughput(b, from_one, 2e6);
  CHECK(capped.instance_per_s == 2e6);
  CHECK(capped.instance_bound == "host");
}
