#include "isa/arch/cost.h"

#include <algorithm>

#include "isa/base/error.h"

namespace inf::arch {
namespace {

using numerics::AluOp;

const LaneEngineSpec& lanes(const ChipSpec& chip, Engine engine) {
  switch (engine) {
    case Engine::vector: return chip.vector;
    case Engine::scalar: return chip.scalar;
    case Engine::gpsimd: return chip.gpsimd;
    case Engine::tensor:
    case Engine::sync: break;
  }
  throw Error(ErrorKind::internal, "", std::string(name(engine)) + " has no lanes");
}

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// The floor applies to every instruction; a register-driven address has a higher one.
Cycles at_least(const LaneEngineSpec& engine, std::int64_t cycles, bool dynamic) {
  return Cycles(std::max({engine.min_interval, cycles, dynamic ? engine.dynamic_interval : 0}));
}

/// The slower side of one stream in and one stream out.
std::int64_t streamed(const ChipSpec& chip, const OperandShape& src, const OperandShape& dst, std::int64_t n) {
  return n * std::max(port_factor(chip, src), port_factor(chip, dst));
}

bool unit_stride(const OperandShape& o) { return o.stride_bytes == 0 || o.stride_bytes == size_of(o.dtype); }
bool is_bf16(const OperandShape& o) { return o.dtype == DType::bf16; }
bool is_add_sub_mul(AluOp op) { return op == AluOp::add || op == AluOp::subtract || op == AluOp::multiply; }

/// One port per memory: a pair from SBUF and PSUM streams side by side, a pair from the same memory one after the
/// other.
std::int64_t pair_streamed(const ChipSpec& chip, const OperandShape& a, const OperandShape& b, std::int64_t n) {
  const int fa = port_factor(chip, a), fb = port_factor(chip, b);
  return a.psum != b.psum ? n * std::max(fa, fb) : n * (fa + fb);
}

/// Elements that each lane handles of an operand with `n` in each partition.
std::int64_t per_lane(const ChipSpec& chip, Engine engine, const OperandShape& o, std::int64_t n) {
  return n * lane_rounds(chip, engine, o.partitions);
}

}  // namespace

std::int64_t lane_rounds(const ChipSpec& chip, Engine engine, std::int64_t partitions) {
  return std::max<std::int64_t>(1, ceil_div(partitions, std::max(1, lanes(chip, engine).lanes)));
}

int port_factor(const ChipSpec& chip, const OperandShape& operand) {
  return std::abs(operand.stride_bytes) > chip.sbuf.wide_stride_bytes ? 2 : 1;
}

Cycles matmul_interval(const ChipSpec& chip, const OperandShape& moving, std::int64_t n) {
  const std::int64_t passes = moving.dtype == DType::fp32 ? chip.tensor.fp32_passes : 1;
  return Cycles(std::max(n * port_factor(chip, moving), chip.tensor.min_interval) * passes);
}

Cycles weight_switch_interval(const ChipSpec& chip, const OperandShape& moving) {
  return Cycles(chip.tensor.weight_switch * (moving.dtype == DType::fp32 ? chip.tensor.fp32_passes : 1));
}

Cycles load_stationary_interval(const ChipSpec& chip, const OperandShape& stationary, std::int64_t m) {
  const std::int64_t passes = stationary.dtype == DType::fp32 ? std::max(1, chip.tensor.fp32_passes / 2) : 1;
  return Cycles(ceil_div(m * port_factor(chip, stationary), chip.tensor.fast_load_divisor) * passes);
}

Cycles transpose_interval(const ChipSpec& chip, const OperandShape& src, std::int64_t p, std::int64_t f) {
  const std::int64_t passes = src.dtype == DType::fp32 ? chip.tensor.fp32_passes : 1;
  return Cycles(std::max(p, std::min(chip.tensor.min_interval, f)) * passes);
}

Cycles matmul_latency(const ChipSpec& chip, std::int64_t k, std::int64_t m) {
  return Cycles(chip.tensor.fixed_latency + k + std::max<std::int64_t>(0, m - 1));
}
Cycles load_stationary_latency(const ChipSpec& chip) { return Cycles(chip.tensor.load_latency); }

Cycles activation_interval(const ChipSpec& chip, const OperandShape& src, const OperandShape& dst, std::int64_t n) {
  n = per_lane(chip, Engine::scalar, src, n);
  return at_least(chip.scalar, streamed(chip, src, dst, n), src.dynamic || dst.dynamic);
}
Cycles activation_read_interval(const ChipSpec& chip) {
  return Cycles(std::max(chip.scalar.min_interval, chip.scalar.reduce_cost));
}

Cycles stream_interval(const ChipSpec& chip, Engine engine, const OperandShape& src, const OperandShape& dst,
                       std::int64_t n) {
  n = per_lane(chip, engine, src, n);
  return at_least(lanes(chip, engine), streamed(chip, src, dst, n), src.dynamic || dst.dynamic);
}

Cycles memset_interval(const ChipSpec& chip, Engine engine, const OperandShape& dst, bool zero, std::int64_t n) {
  n = per_lane(chip, engine, dst, n);
  const bool half = lanes(chip, engine).bf16_fast_modes && zero && (is_bf16(dst) || dst.dtype == DType::fp16);
  return at_least(lanes(chip, engine), (half ? ceil_div(n, 2) : n) * port_factor(chip, dst), dst.dynamic);
}

Cycles tensor_tensor_interval(const ChipSpec& chip, Engine engine, AluOp op, const OperandShape& a,
                              const OperandShape& b, const OperandShape& dst, std::int64_t n) {
  n = per_lane(chip, engine, dst, n);
  const LaneEngineSpec& e = lanes(chip, engine);
  const bool dynamic = a.dynamic || b.dynamic || dst.dynamic;
  if (engine == Engine::gpsimd)
    return at_least(e, e.fixed_cost + e.int_tensor_factor * streamed(chip, a, b, n), dynamic);
  const bool fast = e.bf16_fast_modes && is_add_sub_mul(op) && is_bf16(a) && is_bf16(b) && is_bf16(dst) &&
                    unit_stride(a) && unit_stride(b) && unit_stride(dst);
  const std::int64_t in = fast ? n : pair_streamed(chip, a, b, n);
  return at_least(e, std::max(in, n * port_factor(chip, dst)), dynamic);
}

Cycles tensor_scalar_interval(const ChipSpec& chip, Engine engine, AluOp op0, const OperandShape& src,
                              const OperandShape& dst, std::int64_t n) {
  n = per_lane(chip, engine, src, n);
  const LaneEngineSpec& e = lanes(chip, engine);
  const bool slow = engine == Engine::gpsimd && op0 == AluOp::rsqrt;
  return at_least(e, e.fixed_cost + streamed(chip, src, dst, n) * (slow ? e.rsqrt_factor : 1),
                  src.dynamic || dst.dynamic);
}

Cycles tensor_scalar_reduce_interval(const ChipSpec& chip, const OperandShape& src, const OperandShape& dst,
                                     std::int64_t n) {
  return stream_interval(chip, Engine::vector, src, dst, n) + Cycles(chip.vector.reduce_cost);
}

Cycles scalar_tensor_tensor_interval(const ChipSpec& chip, AluOp op0, AluOp op1, const OperandShape& a,
                                     const OperandShape& b, const OperandShape& dst, std::int64_t n) {
  const bool fast = chip.vector.bf16_fast_modes && is_bf16(a) && is_bf16(b) && op0 == AluOp::subtract &&
                    op1 == AluOp::multiply && n % 2 == 0;
  n = per_lane(chip, Engine::vector, dst, n);
  const int slowest = std::max({port_factor(chip, a), port_factor(chip, b), port_factor(chip, dst)});
  return at_least(chip.vector, fast ? n * slowest : 2 * n * slowest, a.dynamic || b.dynamic || dst.dynamic);
}

Cycles tensor_reduce_interval(const ChipSpec& chip, AluOp op, const OperandShape& src, const OperandShape& dst,
                              std::int64_t n) {
  n = per_lane(chip, Engine::vector, src, n);
  const bool half =
      chip.vector.bf16_fast_modes && is_bf16(src) && is_bf16(dst) && (op == AluOp::add || op == AluOp::max);
  return at_least(chip.vector, (half ? ceil_div(n, 2) : n) * port_factor(chip, src), src.dynamic || dst.dynamic);
}

Cycles scan_interval(const ChipSpec& chip, const OperandShape& a, const OperandShape& b, std::int64_t n) {
  n = per_lane(chip, Engine::vector, a, n);
  return at_least(chip.vector, n * (port_factor(chip, a) + port_factor(chip, b)), a.dynamic || b.dynamic);
}

Cycles predicated_interval(const ChipSpec& chip, const OperandShape& src, const OperandShape& pred, std::int64_t n) {
  n = per_lane(chip, Engine::vector, src, n);
  return at_least(chip.vector, pair_streamed(chip, src, pred, n), src.dynamic || pred.dynamic);
}

Cycles select_reduce_interval(const ChipSpec& chip, const OperandShape& src, const OperandShape& pred, std::int64_t n) {
  return predicated_interval(chip, src, pred, n) + Cycles(chip.vector.reduce_cost);
}

Cycles reciprocal_interval(const ChipSpec& chip, const OperandShape& src, std::int64_t n) {
  n = per_lane(chip, Engine::vector, src, n);
  return at_least(chip.vector, n * std::max<std::int64_t>(chip.vector.reciprocal_factor, port_factor(chip, src)),
                  src.dynamic);
}

Cycles bn_aggr_interval(const ChipSpec& chip, const OperandShape& src, std::int64_t n) {
  n = per_lane(chip, Engine::vector, src, n);
  return at_least(chip.vector, chip.vector.bn_aggr_factor * ceil_div(n, 3), src.dynamic);
}

Cycles gpsimd_interval(const ChipSpec& chip, const OperandShape& dst, std::int64_t n) {
  n = per_lane(chip, Engine::gpsimd, dst, n);
  return at_least(chip.gpsimd, chip.gpsimd.fixed_cost + n * port_factor(chip, dst), dst.dynamic);
}

Cycles local_gather_interval(const ChipSpec& chip, DType dtype, std::int64_t indices, std::int64_t run) {
  const std::int64_t together = std::min<std::int64_t>(4 / size_of(dtype), run);
  return at_least(chip.gpsimd,
                  chip.gpsimd.fixed_cost + ceil_div(indices * (chip.gpsimd.gather_cost + 4 * run), 4 * together),
                  false);
}

Cycles gather_interval(const ChipSpec& chip, std::int64_t n) {
  return at_least(chip.gpsimd, chip.gpsimd.fixed_cost + chip.gpsimd.gather_factor * n, false);
}

Cycles partition_reduce_interval(const ChipSpec& chip, const OperandShape& src, std::int64_t n) {
  return at_least(chip.gpsimd, chip.gpsimd.fixed_cost + chip.gpsimd.partition_reduce_factor * n, src.dynamic);
}

Cycles indirect_dma_interval(const ChipSpec& chip, std::int64_t descriptors, bool dynamic) {
  return at_least(chip.gpsimd, chip.gpsimd.fixed_cost + chip.gpsimd.descriptor_factor * descriptors, dynamic);
}

Cycles lane_latency(const ChipSpec& chip, Engine engine) { return Cycles(lanes(chip, engine).latency); }

double dma_share_ns(const DmaSpec& dma, std::int64_t descriptors, std::int64_t bytes_per_descriptor) {
  const std::int64_t pieces = std::max<std::int64_t>(1, ceil_div(bytes_per_descriptor, dma.descriptor_bytes));
  const double bytes = static_cast<double>(bytes_per_descriptor);
  return static_cast<double>(descriptors) *
         std::max(static_cast<double>(pieces) * dma.descriptor_ns, bytes / dma.bytes_per_ns);
}

double dma_queue_ns(const DmaSpec& dma, std::int64_t bytes) {
  return static_cast<double>(dma.queue_ns) + static_cast<double>(bytes) / dma.peak_bytes_per_ns;
}

int dma_engines_used(const DmaSpec& dma, std::int64_t partitions) {
  return static_cast<int>(std::clamp<std::int64_t>(ceil_div(partitions, dma.partitions_per_engine), 1, dma.engines));
}

double dma_transfer_ns(const ChipSpec& chip, std::int64_t partitions, std::int64_t descriptors_per_partition,
                       std::int64_t bytes_per_descriptor) {
  const std::int64_t share = ceil_div(partitions, dma_engines_used(chip.dma, partitions));
  return static_cast<double>(chip.dma.start_ns) +
         dma_share_ns(chip.dma, share * descriptors_per_partition, bytes_per_descriptor) +
         static_cast<double>(chip.semaphores.dma_visibility_ns);
}

}  // namespace inf::arch
