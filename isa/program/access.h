#pragma once
#include <bit>
#include <cstdint>
#include <string_view>

#include "isa/base/pattern.h"
#include "isa/numerics/dtype.h"

namespace inf::isa {

enum class Memory : std::uint8_t { sbuf, psum, dram };
constexpr std::string_view name(Memory m) {
  switch (m) {
    case Memory::sbuf: return "sbuf";
    case Memory::psum: return "psum";
    case Memory::dram: return "dram";
  }
  return {};
}

/// Sets of memories an operand may name.
inline constexpr unsigned kSbuf = 1, kPsum = 2, kDram = 4, kOnChip = kSbuf | kPsum, kDmaReach = kSbuf | kDram;
constexpr unsigned mask(Memory m) { return 1u << static_cast<unsigned>(m); }

/// An operand: the same free pattern on each of `partitions` neighbouring partitions.
/// Shapes: [partitions, dims...]; steps in elements. In device memory "partition p" starts p * partition_step bytes
/// after `offset`. Units:  offset in bytes: from the start of each partition (SBUF, PSUM) or of device memory. A
/// register adds bytes to it.
struct Access {
  Memory memory = Memory::sbuf;
  DType dtype = DType::bf16;
  std::uint8_t start_partition = 0;  ///< 0 in device memory
  std::uint8_t base_register = 0;    ///< 0: none; k + 1: add register k
  std::uint16_t partitions = 1;
  std::int64_t offset = 0;
  std::int64_t partition_step = 0;  ///< device memory only, bytes
  Pattern free;

  std::int64_t elements_per_partition() const { return free.elements(); }
  std::int64_t elements() const { return partitions * free.elements(); }
  friend bool operator==(const Access&, const Access&) = default;
};

/// A [P,1] vector in SBUF or PSUM, or one immediate that serves all partitions.
struct ScalarOperand {
  bool is_access = false;
  float immediate = 0;
  Access access;

  static ScalarOperand imm(float v) { return {false, v, {}}; }
  static ScalarOperand vector(const Access& a) { return {true, 0, a}; }
  /// Immediates compare as bits, so a NaN equals itself.
  friend bool operator==(const ScalarOperand& a, const ScalarOperand& b) {
    if (a.is_access != b.is_access) return false;
    return a.is_access ? a.access == b.access
                       : std::bit_cast<std::uint32_t>(a.immediate) == std::bit_cast<std::uint32_t>(b.immediate);
  }
};

}  // namespace inf::isa
