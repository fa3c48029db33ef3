#pragma once
#include <algorithm>
#include <vector>

#include "compiler/streams/emission.h"

namespace inf::compiler {

/// Neighbouring partitions of an operand that one matmul contracts over.
struct Pass {
  int first = 0, count = 0;
};

/// A contraction over `partitions` of them: one pass where the array has a row for each, else one for each tensor.rows
/// of them, in ascending order. Later passes add to PSUM.
inline std::vector<Pass> contraction_passes(const arch::ChipSpec& chip, int partitions) {
  std::vector<Pass> passes;
  for (int first = 0; first < partitions; first += chip.tensor.rows)
    passes.push_back({first, std::min(chip.tensor.rows, partitions - first)});
  return passes;
}

/// The partitions of `a` that a pass takes.
inline isa::Access in_pass(isa::Access a, const Pass& pass) {
  a.start_partition = static_cast<std::uint8_t>(a.start_partition + pass.first);
  a.partitions = static_cast<std::uint16_t>(pass.count);
  return a;
}

/// psum = or += transpose(stationary) x moving in as many passes as it takes. `loaded`: when the weights are there;
/// `ready`: when the first pass may write.
Horizon contract(Emission& e, const isa::Access& psum, const isa::Access& stationary, const isa::Access& moving,
                 bool accumulate, const Horizon& loaded, const Horizon& ready);

/// psum = transpose(src) in as many passes as it takes, each into its own columns.
Horizon transpose(Emission& e, const isa::Access& psum, const isa::Access& src, const Horizon& ready);

}  // namespace inf::compiler
