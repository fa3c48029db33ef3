#pragma once
#include <cstdint>

#include "isa/arch/chip_spec.h"
#include "isa/numerics/ops.h"

// The cost formulas that the compiler's decisions and the simulator share. Each takes sizes and a ChipSpec and nothing
// else. Units: an interval is the time an instruction keeps its engine, in that engine's own cycles; `n` counts free
// elements of one partition. The number of partitions counts where an engine has fewer lanes: it then takes them in
// rounds of one lane each. Source: fact sheet 3.3, 4.2 to 4.6 and 5.4; numbers in configs/chips.
namespace inf::arch {

/// What the cost of an operand depends on.
struct OperandShape {
  bool psum = false;
  DType dtype = DType::bf16;
  std::int64_t stride_bytes = 0;  ///< of the innermost dimension that has more than one element
  bool dynamic = false;           ///< its address comes from a register
  int partitions = 1;
};

/// Rounds in which an engine takes so many partitions: 1 where it has a lane for each.
std::int64_t lane_rounds(const ChipSpec& chip, Engine engine, std::int64_t partitions);

/// 2 where the innermost stride exceeds sbuf.wide_stride_bytes: the port moves half as much; else 1.
int port_factor(const ChipSpec& chip, const OperandShape& operand);

// ---- tensor ----
/// max(n, floor), times fp32_passes for fp32 operands.
Cycles matmul_interval(const ChipSpec& chip, const OperandShape& moving, std::int64_t n);
/// Least time between the last row of a matmul and the first row of the next one with other weights.
Cycles weight_switch_interval(const ChipSpec& chip, const OperandShape& moving);
/// The weight-load port's time for m columns, times half the fp32 passes (one load for each pass pair) for fp32.
Cycles load_stationary_interval(const ChipSpec& chip, const OperandShape& stationary, std::int64_t m);
/// max(p, min(floor, f)) for [p part, f free].
Cycles transpose_interval(const ChipSpec& chip, const OperandShape& src, std::int64_t p, std::int64_t f);
/// Issue to the first result visible: fixed part + rows passed + columns passed.
Cycles matmul_latency(const ChipSpec& chip, std::int64_t k, std::int64_t m);
Cycles load_stationary_latency(const ChipSpec& chip);

// ---- scalar ----
/// max(floor, n), whatever scale, bias and reduction do.
Cycles activation_interval(const ChipSpec& chip, const OperandShape& src, const OperandShape& dst, std::int64_t n);
/// Read-out of the reduce registers.
Cycles activation_read_interval(const ChipSpec& chip);

// ---- vector and gpsimd: `engine` is one of the two ----
/// One element per lane and cycle with one streamed input: max(floor, n).
Cycles stream_interval(const ChipSpec& chip, Engine engine, const OperandShape& src, const OperandShape& dst,
                       std::int64_t n);
Cycles memset_interval(const ChipSpec& chip, Engine engine, const OperandShape& dst, bool zero, std::int64_t n);
Cycles tensor_tensor_interval(const ChipSpec& chip, Engine engine, numerics::AluOp op, const OperandShape& a,
                              const OperandShape& b, const OperandShape& dst, std::int64_t n);
Cycles tensor_scalar_interval(const ChipSpec& chip, Engine engine, numerics::AluOp op0, const OperandShape& src,
                              const OperandShape& dst, std::int64_t n);
/// tensor_scalar and the [P,1] result.
Cycles tensor_scalar_reduce_interval(const ChipSpec& chip, const OperandShape& src, const OperandShape& dst,
                                     std::int64_t n);
Cycles scalar_tensor_tensor_interval(const ChipSpec& chip, numerics::AluOp op0, numerics::AluOp op1,
                                     const OperandShape& a, const OperandShape& b, const OperandShape& dst,
                                     std::int64_t n);
/// `n` counts the elements of src.
Cycles tensor_reduce_interval(const ChipSpec& chip, numerics::AluOp op, const OperandShape& src,
                              const OperandShape& dst, std::int64_t n);
/// Two streamed inputs, always 2n.
Cycles scan_interval(const ChipSpec& chip, const OperandShape& a, const OperandShape& b, std::int64_t n);
/// n with one operand in PSUM, 2n with both in SBUF.
Cycles predicated_interval(const ChipSpec& chip, const OperandShape& src, const OperandShape& pred, std::int64_t n);
/// predicated, and the [P,1] result.
Cycles select_reduce_interval(const ChipSpec& chip, const OperandShape& src, const OperandShape& pred, std::int64_t n);
Cycles reciprocal_interval(const ChipSpec& chip, const OperandShape& src, std::int64_t n);
/// `n` counts elements, three to a triple.
Cycles bn_aggr_interval(const ChipSpec& chip, const OperandShape& src, std::int64_t n);

// ---- gpsimd only ----
/// iota, affine_select: start-up + n.
Cycles gpsimd_interval(const ChipSpec& chip, const OperandShape& dst, std::int64_t n);
/// start-up + indices x run x C, C = ((c + 4 run) / (4 run)) / min(4 / bytes of an element, run), rounded up.
Cycles local_gather_interval(const ChipSpec& chip, DType dtype, std::int64_t indices, std::int64_t run);
Cycles gather_interval(const ChipSpec& chip, std::int64_t n);
Cycles partition_reduce_interval(const ChipSpec& chip, const OperandShape& src, std::int64_t n);

/// dma_gather, dma_scatter: gpsimd builds so many descriptors; the transfer itself is dma_share_ns.
Cycles indirect_dma_interval(const ChipSpec& chip, std::int64_t descriptors, bool dynamic);

// ---- latency after the last element, by engine ----
Cycles lane_latency(const ChipSpec& chip, Engine engine);

// ---- DMA, in ns ----
/// One engine's share of a transfer: descriptors x max(least time, bytes / bandwidth). Descriptors above the largest
/// size count as several.
double dma_share_ns(const DmaSpec& dma, std::int64_t descriptors, std::int64_t bytes_per_descriptor);
/// What that share keeps its queue on the engine: the next transfer of the queue starts so much later at the earliest.
double dma_queue_ns(const DmaSpec& dma, std::int64_t bytes);
/// An isolated transfer: start, the longest share, visibility. `partitions` are spread over the engines,
/// partitions_per_engine each.
double dma_transfer_ns(const ChipSpec& chip, std::int64_t partitions, std::int64_t descriptors_per_partition,
                       std::int64_t bytes_per_descriptor);
/// Engines of one core that share a transfer of this many partitions.
int dma_engines_used(const DmaSpec& dma, std::int64_t partitions);

}  // namespace inf::arch
