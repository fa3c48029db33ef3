#include "tools/workflow/measure.h"

#include <doctest/doctest.h>

#include "isa/arch/chip_config.h"

using namespace inf;
using namespace inf::workflow;

namespace {

const arch::ChipSpec& chip() {
  static const arch::ChipSpec spec = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return spec;
}

arch::InstanceSpec instance(int chips) {
  arch::InstanceSpec spec;
  spec.name = "test.size";
  spec.chips = chips;
  spec.on_demand = {3.6, "2024", "test"};
  spec.reserved = {1.8, "2024", "test"};
  return spec;
}

/// `ms` of the chip's time.
Tick at(double ms) { return arch::Timebase(chip()).from_ns(ms * 1e6); }

sim::OpCounters op(double start, double end, double tensor, double vector) {
  sim::OpCounters counters;
  counters.first_start = at(start);
  counters.last_end = at(end);
  counters.busy[static_cast<std::size_t>(arch::Engine::tensor)] = at(tensor);
  counters.busy[static_cast<std::size_t>(arch::Engine::vector)] = at(vector);
  return counters;
}

isa::ProgramImage image(int ops) {
  isa::ProgramImage image;
  for (int i = 0; i < ops; ++i) image.ops.push_back({"op" + std::to_string(i), "conv2d", {}, 1000});
  return image;
}

}  // namespace

TEST_CASE("operators: time added, and what bounds them") {
  sim::SimResult run;
  run.end = at(12);
  run.counters.ops = {op(0, 4, 3, 1),        // three quarters of its time on the tensor engine
                      op(3, 6, 0.5, 2.8),    // overlaps with the first one; the vector engine holds it up
                      op(5, 5.5, 0.1, 0.1),  // ends before the second: adds nothing
                      op(6, 10, 1, 1),       // nobody is busy half of the time
                      op(10, 12, 1, 0)};     // its transfers take longer than its matmuls
  TransferTimes transfers(5);
  for (const auto& [start, end] :
       {std::pair(10.0, 10.8), std::pair(10.4, 10.6), std::pair(10.5, 11.0), std::pair(11.5, 12.0)})
    transfers.transferred({.trigger = arch::Engine::sync,
                           .queue = 0,
                           .pc = 0,
                           .op = 4,
                           .triggered = at(start),
                           .start = at(start),
                           .end = at(end),
                           .bytes = 1,
                           .dram_read = 1,
                           .dram_written = 0,
                           .descriptors = 1,
                           .shares = {}});
  const std::vector<OperatorUse> ops = measure_operators(chip(), image(5), run, transfers, {});
  struct Row {
    double added_ms;
    const char* bound;
  };
  const Row rows[] = {{4, "tensor"}, {2, "vector"}, {0, "waiting"}, {4, "waiting"}, {2, "dma"}};
  double sum = 0;
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    CAPTURE(i);
    CHECK(ops[i].added_ns == doctest::Approx(rows[i].added_ms * 1e6));
    CHECK(ops[i].bound == rows[i].bound);
    sum += ops[i].added_ns;
  }
  CHECK(sum == doctest::Approx(12e6));
  CHECK(ops[4].bound_share == doctest::Approx(0.75));
}

TEST_CASE("peak: two flops for each cell of the array and cycle") {
  const double cells = chip().tensor.rows * chip().tensor.columns;
  const double want = 2 * cells * static_cast<double>(chip().tensor.clock_mhz) * 1e-6;
  CHECK(peak_tflops(chip(), DType::bf16) == doctest::Approx(want));
  CHECK(peak_tflops(chip(), DType::fp32) == doctest::Approx(want / chip().tensor.fp32_passes));
}

TEST_CASE("roofline: the slanted part and the flat one") {
  sim::SimResult run;
  run.end = at(1);
  isa::ProgramImage program = image(1);
  struct Row {
    const char* name;
    std::int64_t macs, bytes;
    bool flat;
  };
  const Row rows[] = {{"one flop per byte", 500'000, 1'000'000, false},
                      {"a million", 500'000'000'000, 1'000'000, true}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    program.ops[0].macs = row.macs;
    run.counters.dram_read = row.bytes;
    const Roofline roof = measure_roofline(chip(), program, run, DType::bf16);
    const double slope = roof.intensity * roof.bytes_per_ns * 1e-3;
    CHECK(roof.attainable_tflops == doctest::Approx(row.flat ? roof.peak_tflops : slope));
    CHECK(roof.achieved_tflops == doctest::Approx(2 * static_cast<double>(row.macs) / 1e6 * 1e-3));
  }
}

TEST_CASE("throughput: cores until device memory is the narrower one") {
  Latency latency;
  latency.device_ns = 1e6;
  Roofline roof;
  const double memory_share = chip().memory.shared_bytes_per_ns * latency.device_ns;
  roof.dram_read = static_cast<std::int64_t>(memory_share / chip().cores / 2);
  Throughput rate = measure_throughput(chip(), latency, roof, instance(6));
  CHECK(rate.core_per_s == doctest::Approx(1000));
  CHECK(rate.chip_per_s == doctest::Approx(1000.0 * chip().cores));
  CHECK(rate.instance_per_s == doctest::Approx(6000.0 * chip().cores));
  CHECK(rate.chip_bound == "cores");
  roof.dram_read = static_cast<std::int64_t>(memory_share);
  rate = measure_throughput(chip(), latency, roof, instance(1));
  CHECK(rate.chip_per_s == doctest::Approx(1000));
  CHECK(rate.chip_bound == "device memory");
}

TEST_CASE("cost: a million inferences at 1000 per second take 1000 seconds") {
  Throughput rate;
  rate.instance_per_s = 1000;
  const std::vector<CostLine> lines = measure_cost(rate, instance(1));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].usd_per_million == doctest::Approx(1.0));
  CHECK(lines[1].usd_per_million == doctest::Approx(0.5));
}
