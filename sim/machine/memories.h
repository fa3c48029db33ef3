#pragma once
#include <array>
#include <cstdint>
#include <memory>

#include "isa/arch/chip_spec.h"
#include "isa/numerics/matmul.h"
#include "isa/numerics/tile.h"
#include "isa/program/access.h"
#include "sim/machine/on_chip_memory.h"

namespace inf::sim {

/// The memories that instructions of one NeuronCore address.
struct Memories {
  OnChipMemory sbuf, psum;
  HostMemory dram;  ///< device memory, offset 0 first
  std::int64_t dram_bytes;

  Memories(const arch::ChipSpec& chip, std::int64_t dram_bytes);

  /// First element of the access: index 0 of every free dimension on its first partition.
  std::byte* base(const isa::Access& a);
  /// Bytes between the same element of neighbouring partitions on the host.
  std::int64_t pitch(const isa::Access& a) const;

  numerics::Tile tile(const isa::Access& a);
  numerics::ConstTile const_tile(const isa::Access& a);
};

/// What the scalar engine keeps between instructions: one fp32 reduce register per partition.
struct ReduceRegisters {
  std::array<float, arch::kMostPartitions> sum{};
};

/// What the vector engine's random generator keeps: element i of the n-th random instruction is a function of (seed, n,
/// i).
struct RandomState {
  std::uint32_t seed = 0;
  std::uint32_t instructions = 0;
};

/// What engines keep from one instruction to the next.
struct EngineState {
  std::shared_ptr<const numerics::Stationary> stationary;  ///< weights of the tensor engine; null before the first load
  ReduceRegisters reduce;
  RandomState random;
};

}  // namespace inf::sim
