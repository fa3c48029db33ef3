#include <doctest/doctest.h>

#include "isa/arch/chip_config.h"
#include "isa/arch/cost.h"

using namespace inf;
using namespace inf::arch;
using numerics::AluOp;

namespace {

const ChipSpec& chip() {
  static const ChipSpec spec = load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return spec;
}

constexpr OperandShape kBf16{.dtype = DType::bf16, .stride_bytes = 2}, kFp32{.dtype = DType::fp32, .stride_bytes = 4};
constexpr OperandShape kPsum{.psum = true, .dtype = DType::fp32, .stride_bytes = 4};
constexpr OperandShape kWide{.dtype = DType::bf16, .stride_bytes = 18},
    kNotWide{.dtype = DType::bf16, .stride_bytes = 16};
constexpr OperandShape kDynamic{.dtype = DType::bf16, .stride_bytes = 2, .dynamic = true};

struct Row {
  std::string name;
  Cycles got;
  std::int64_t want;
};

}  // namespace

TEST_CASE("an engine with fewer lanes than partitions takes them in rounds") {
  ChipSpec c = chip();
  c.vector.lanes = c.scalar.lanes = c.gpsimd.lanes = 48;
  OperandShape few = kBf16, all = kBf16;
  few.partitions = 48, all.partitions = 128;
  CHECK(lane_rounds(c, Engine::vector, 48) == 1);
  CHECK(lane_rounds(c, Engine::vector, 49) == 2);
  CHECK(lane_rounds(chip(), Engine::vector, 128) == 1);
  CHECK(activation_interval(c, few, few, 500).value == 500);
  CHECK(activation_interval(c, all, all, 500).value == 1500);
  CHECK(stream_interval(c, Engine::vector, all, all, 500).value == 1500);
  CHECK(tensor_tensor_interval(c, Engine::vector, AluOp::max, all, all, all, 500).value == 3000);
  CHECK(tensor_scalar_interval(c, Engine::gpsimd, AluOp::add, all, all, 500).value == c.gpsimd.fixed_cost + 1500);
  CHECK(tensor_reduce_interval(c, AluOp::min, all, all, 500).value == 1500);
  CHECK(gpsimd_interval(c, all, 500).value == c.gpsimd.fixed_cost + 1500);
}

TEST_CASE("intervals, against the documented formulas worked out by hand") {
  const ChipSpec& c = chip();
  const TensorSpec& t = c.tensor;
  const std::int64_t vector_floor = c.vector.min_interval, fixed = c.gpsimd.fixed_cost;
  const Row rows[] = {
      {"matmul 512", matmul_interval(c, kBf16, 512), 512},
      {"matmul floor", matmul_interval(c, kBf16, 1), t.min_interval},
      {"matmul just above the floor", matmul_interval(c, kBf16, t.min_interval + 1), t.min_interval + 1},
      {"matmul fp32", matmul_interval(c, kFp32, 512), 512 * t.fp32_passes},
      {"matmul of a wide stride", matmul_interval(c, kWide, 512), 1024},
      {"matmul of a stride at the limit", matmul_interval(c, kNotWide, 512), 512},
      {"other weights, bf16", weight_switch_interval(c, kBf16), t.weight_switch},
      {"other weights, fp32", weight_switch_interval(c, kFp32), t.weight_switch * t.fp32_passes},
      {"load 128 columns", load_stationary_interval(c, kBf16, 128), 128 / t.fast_load_divisor},
      {"load one column", load_stationary_interval(c, kBf16, 1), 1},
      {"load fp32", load_stationary_interval(c, kFp32, 128), 128 / t.fast_load_divisor * t.fp32_passes / 2},
      {"transpose 128 x 96", transpose_interval(c, kBf16, 128, 96), 128},
      {"transpose 1 x 96", transpose_interval(c, kBf16, 1, 96), t.min_interval},
      {"transpose 1 x 8", transpose_interval(c, kBf16, 1, 8), 8},
      {"activation", activation_interval(c, kPsum, kBf16, 512), 512},
      {"activation floor", activation_interval(c, kPsum, kBf16, 1), c.scalar.min_interval},
      {"activation of a dynamic address", activation_interval(c, kDynamic, kBf16, 8), c.scalar.dynamic_interval},
      {"activation_read", activation_read_interval(c), c.scalar.reduce_cost},
      {"copy", stream_interval(c, Engine::vector, kBf16, kBf16, 1000), 1000},
      {"copy to a wide stride", stream_interval(c, Engine::vector, kBf16, kWide, 1000), 2000},
      {"dynamic copy", stream_interval(c, Engine::vector, kDynamic, kBf16, 8), c.vector.dynamic_interval},
      {"copy on gpsimd", stream_interval(c, Engine::gpsimd, kBf16, kBf16, 1000), 1000},
      {"memset of bf16 zero", memset_interval(c, Engine::vector, kBf16, true, 1001), 501},
      {"memset of bf16 one", memset_interval(c, Engine::vector, kBf16, false, 1000), 1000},
      {"memset of fp32 zero", memset_interval(c, Engine::vector, kFp32, true, 1000), 1000},
      {"two fp32 from sbuf", tensor_tensor_interval(c, Engine::vector, AluOp::add, kFp32, kFp32, kFp32, 8192),
       2 * 8192},
      {"one from psum", tensor_tensor_interval(c, Engine::vector, AluOp::max, kFp32, kPsum, kFp32, 1000), 1000},
      {"dense bf16 add", tensor_tensor_interval(c, Engine::vector, AluOp::add, kBf16, kBf16, kBf16, 1000), 1000},
      {"dense bf16 max", tensor_tensor_interval(c, Engine::vector, AluOp::max, kBf16, kBf16, kBf16, 1000), 2000},
      {"strided bf16 add", tensor_tensor_interval(c, Engine::vector, AluOp::add, kNotWide, kBf16, kBf16, 1000), 2000},
      {"bf16 add into fp32", tensor_tensor_interval(c, Engine::vector, AluOp::add, kBf16, kBf16, kFp32, 1000), 2000},
      {"one wide operand", tensor_tensor_interval(c, Engine::vector, AluOp::add, kWide, kBf16, kBf16, 1000), 3000},
      {"integers on gpsimd", tensor_tensor_interval(c, Engine::gpsimd, AluOp::add, kFp32, kFp32, kFp32, 1000),
       fixed + 1000 * c.gpsimd.int_tensor_factor},
      {"tensor_scalar", tensor_scalar_interval(c, Engine::vector, AluOp::add, kBf16, kBf16, 1000), 1000},
      {"rsqrt on gpsimd", tensor_scalar_interval(c, Engine::gpsimd, AluOp::rsqrt, kBf16, kBf16, 1000),
       fixed + 1000 * c.gpsimd.rsqrt_factor},
      {"tensor_scalar_reduce", tensor_scalar_reduce_interval(c, kBf16, kBf16, 1000), 1000 + c.vector.reduce_cost},
      {"scalar_tensor_tensor", scalar_tensor_tensor_interval(c, AluOp::multiply, AluOp::add, kBf16, kBf16, kBf16, 1000),
       2000},
      {"its fast case", scalar_tensor_tensor_interval(c, AluOp::subtract, AluOp::multiply, kBf16, kBf16, kBf16, 1000),
       1000},
      {"its fast case with N odd",
       scalar_tensor_tensor_interval(c, AluOp::subtract, AluOp::multiply, kBf16, kBf16, kBf16, 1001), 2002},
      {"reduce bf16 max", tensor_reduce_interval(c, AluOp::max, kBf16, kBf16, 1000), 500},
      {"reduce bf16 min", tensor_reduce_interval(c, AluOp::min, kBf16, kBf16, 1000), 1000},
      {"reduce bf16 into fp32", tensor_reduce_interval(c, AluOp::add, kBf16, kFp32, 1000), 1000},
      {"scan", scan_interval(c, kBf16, kPsum, 1000), 2000},
      {"predicated, both in sbuf", predicated_interval(c, kBf16, kBf16, 1000), 2000},
      {"predicated, one in psum", predicated_interval(c, kPsum, kBf16, 1000), 1000},
      {"select_reduce", select_reduce_interval(c, kBf16, kBf16, 1000), 2000 + c.vector.reduce_cost},
      {"reciprocal", reciprocal_interval(c, kBf16, 100), 100 * c.vector.reciprocal_factor},
      {"reciprocal floor", reciprocal_interval(c, kBf16, 1), vector_floor},
      {"bn_aggr of 10 triples", bn_aggr_interval(c, kFp32, 30), 10 * c.vector.bn_aggr_factor},
      {"iota", gpsimd_interval(c, kBf16, 512), fixed + 512},
      // 10 indices of one fp32: C = (28 + 4) / 4 = 8 cycles each.
      {"local_gather", local_gather_interval(c, DType::fp32, 10, 1), fixed + 80},
      // 16 bf16 per index: (28 + 64) / 64 / 2 cycles each.
      {"local_gather of runs", local_gather_interval(c, DType::bf16, 10, 16), fixed + 115},
      {"gather", gather_interval(c, 100), fixed + 100 * c.gpsimd.gather_factor},
      {"partition_reduce", partition_reduce_interval(c, kBf16, 4), fixed + 4 * c.gpsimd.partition_reduce_factor},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(row.got.value == row.want);
  }
}

TEST_CASE("latencies against the measurements they were derived from") {
  const ChipSpec& c = chip();
  const double issue = static_cast<double>(c.sequencer.issue_ns),
               tensor = static_cast<double>(c.tensor.clock_mhz) / 1000;
  struct Latency {
    std::string name;
    double ns, measured;
  };
  const Latency rows[] = {
      {"MATMUL 128 rows, 1 column, N 128", issue + static_cast<double>(matmul_latency(c, 128, 1).value + 128) / tensor,
       188},
      {"MATMUL 128 rows, 96 columns, N 128",
       issue + static_cast<double>(matmul_latency(c, 128, 96).value + 128) / tensor, 219},
      {"LDWEIGHTS 128 x 1", issue + static_cast<double>(load_stationary_latency(c).value + 1) / tensor, 67},
      {"ACTIVATE of one element",
       static_cast<double>((activation_interval(c, {}, {}, 1) + lane_latency(c, Engine::scalar)).value) / 1.4, 159},
      {"TENSOR_TENSOR fp32 8192", issue + static_cast<double>(lane_latency(c, Engine::vector).value + 2 * 8192) / 1.12,
       14968},
  };
  for (const Latency& row : rows) {
    CAPTURE(row.name);
    CHECK(row.ns == doctest::Approx(row.measured).epsilon(0.02));
  }
}

TEST_CASE("descriptors built at run time") {
  const ChipSpec& c = chip();
  CHECK(indirect_dma_interval(c, 128, false) == Cycles(c.gpsimd.fixed_cost + 128 * c.gpsimd.descriptor_factor));
  CHECK(indirect_dma_interval(c, 1, true) == Cycles(c.gpsimd.dynamic_interval));
  // Not faster than the hardware generators of the generation after: 600 ns for a DMA instruction.
  CHECK(static_cast<double>(indirect_dma_interval(c, 128, false).value) * 1000.0 /
            static_cast<double>(c.gpsimd.clock_mhz) >
        600);
}

TEST_CASE("DMA times") {
  const ChipSpec& c = chip();
  CHECK(dma_share_ns(c.dma, 1, 4) == c.dma.descriptor_ns);
  CHECK(dma_share_ns(c.dma, 8, 1700) == doctest::Approx(8 * 100.0));
  CHECK(dma_share_ns(c.dma, 10, 1) == 10 * c.dma.descriptor_ns);
  CHECK(dma_engines_used(c.dma, 128) == 16);
  CHECK(dma_engines_used(c.dma, 1) == 1);
  CHECK(dma_engines_used(c.dma, 9) == 2);
  CHECK(dma_engines_used(c.dma, 1000) == 16);
  // 32 KiB over 16 engines: about 1.3 us to the first byte (DMA bandwidth guide), 0.12 us of data, 0.3 us to be seen.
  const double isolated = dma_transfer_ns(c, 128, 1, 256);
  CHECK(isolated > 1600);
  CHECK(isolated < 1800);
  CHECK(dma_queue_ns(c.dma, 0) == static_cast<double>(c.dma.queue_ns));
  CHECK(dma_queue_ns(c.dma, 2720) == doctest::Approx(static_cast<double>(c.dma.queue_ns) + 100));
  // A large transfer runs at 16 x 17 bytes/ns.
  const double large = dma_transfer_ns(c, 128, 4, 65536);
  CHECK(128.0 * 4 * 65536 / large == doctest::Approx(272).epsilon(0.02));
}
