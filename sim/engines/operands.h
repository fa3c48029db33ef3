#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "isa/arch/cost.h"
#include "isa/numerics/rows.h"
#include "sim/engines/cost.h"
#include "sim/machine/memories.h"

namespace inf::sim {

/// A row of fp32 or of raw words that a thread reuses from instruction to instruction. `slot` tells the operands of one
/// instruction apart.
float* scratch_row(int slot, std::int64_t elements);
std::uint32_t* scratch_words(int slot, std::int64_t elements);

/// One partition of an operand as fp32, in linear order.
inline void read_row(Memories& memory, const isa::Access& a, int partition, float* out) {
  numerics::widen(a.dtype, memory.base(a) + partition * memory.pitch(a), a.free, out);
}
inline void write_row(Memories& memory, const isa::Access& a, int partition, const float* in) {
  numerics::narrow(a.dtype, in, a.free, memory.base(a) + partition * memory.pitch(a));
}
inline void read_words(Memories& memory, const isa::Access& a, int partition, std::uint32_t* out) {
  numerics::load_words(size_of(a.dtype), memory.base(a) + partition * memory.pitch(a), a.free, out);
}
inline void write_words(Memories& memory, const isa::Access& a, int partition, const std::uint32_t* in) {
  numerics::store_words(size_of(a.dtype), in, a.free, memory.base(a) + partition * memory.pitch(a));
}

/// The scalar that serves `partition`: the immediate, or the [P,1] vector's element.
inline float scalar_at(Memories& memory, const isa::ScalarOperand& s, int partition) {
  if (!s.is_access) return s.immediate;
  float v;
  read_row(memory, s.access, partition, &v);
  return v;
}
/// The same as raw bits of `dtype`, for bitvec operators: an immediate is converted to the integer type.
std::uint32_t scalar_bits_at(Memories& memory, const isa::ScalarOperand& s, DType dtype, int partition);

/// What the cost formulas ask of an operand.
arch::OperandShape shape_of(const isa::Access& a);

/// Interval and latency of an instruction of vector, scalar or gpsimd: the result is visible lane_latency after the
/// last element.
Cost lane_cost(const arch::ChipSpec& chip, arch::Engine engine, Cycles interval);

}  // namespace inf::sim
