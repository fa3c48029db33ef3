#pragma once
#include <algorithm>
#include <bit>

#include "compiler/pipeline/pipeline.h"
#include "compiler/tiles/tile_program.h"
#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// SBUF kept for parameter columns and the identity matrix. Units: bytes per partition; layout checks that they fit.
inline constexpr std::int64_t kResidentBytes = 8192;

/// SBUF bytes per partition that one operator may use.
inline std::int64_t sbuf_budget(const arch::ChipSpec& chip) { return chip.sbuf_usable() - kResidentBytes; }

/// SBUF bytes per partition through which the weights of matrix products stream where all of them do.
inline std::int64_t weight_ring_bytes(const arch::ChipSpec& chip) { return sbuf_budget(chip) / 3 / 64 * 64; }

struct ImageShape {
  std::int64_t n = 1, c = 1, h = 1, w = 1;
};
inline ImageShape image_shape(const TileProgram& program, TensorId id) {
  Shape s = program.tensor(id).shape;
  while (s.size() < 4) s.push_back(1);
  return {s[0], s[1], s[2], s[3]};
}

/// Partitions from one to the next at which an engine may begin. Source: start-partition rule, fact sheet 4.
inline constexpr int kStartGrain = 32;

/// Into how many partition groups rows that use only `used` partitions can be folded: groups start where engines may
/// address them. Source: start-partition rule, fact sheet 4 (32 partitions may start at every 32nd, 64 at every 64th).
inline int fold_count(int used, int partitions) {
  const auto group = static_cast<int>(std::bit_ceil(static_cast<unsigned>(std::max(used, kStartGrain))));
  return std::max(1, partitions / group);
}

/// Matmuls that a contraction over `partitions` takes: an array of fewer rows gets them one part after the other.
inline std::int64_t matmuls_over(const arch::ChipSpec& chip, std::int64_t partitions) {
  return (partitions + chip.tensor.rows - 1) / chip.tensor.rows;
}

/// The same where the groups must be full, so that one instruction spans them; 1 where they would not be.
inline int exact_folds(std::int64_t channels, int partitions) {
  if (channels > partitions) return 1;
  const int folds = fold_count(static_cast<int>(channels), partitions);
  return channels * folds == partitions ? folds : 1;
}

/// Whether the steps after the activation instruction need a second buffer of the result's shape.
inline bool needs_scratch(const Activation& act) { return act.fn == Act::elu || act.fn == Act::hard_swish; }

/// Time of `bytes` at the sustained rate of all DMA engines of a core.
inline double dma_ns(const arch::ChipSpec& chip, double bytes) {
  return bytes / (chip.dma.bytes_per_ns * chip.dma.engines);
}
inline double lane_ns(const arch::LaneEngineSpec& engine, double cycles) {
  return cycles * 1000 / static_cast<double>(engine.clock_mhz);
}

/// Engines overlap: the slowest counts, the others a little, so that ties go to less work.
inline double total_ns(const OpEstimate& e) {
  return std::max({e.tensor_ns, e.scalar_ns, e.vector_ns, e.dma_ns}) +
         0.05 * (e.tensor_ns + e.scalar_ns + e.vector_ns + e.dma_ns);
}

inline void set_bound(OpEstimate& e) {
  const double most = std::max({e.tensor_ns, e.scalar_ns, e.vector_ns, e.dma_ns});
  e.bound = most == e.tensor_ns ? "tensor" : most == e.scalar_ns ? "scalar" : most == e.vector_ns ? "vector" : "dma";
}

}  // namespace inf::compiler
