#pragma once
#include <cstddef>

#include "isa/base/pattern.h"
#include "isa/numerics/dtype.h"

namespace inf::numerics {

/// A strided operand in SBUF or PSUM that is only read.
/// Shapes: [partitions, free.elements()]. Units: `pitch` in bytes between partitions, pattern steps in elements of
/// `dtype`.
struct ConstTile {
  const std::byte* base = nullptr;
  std::size_t pitch = 0;
  int partitions = 0;
  DType dtype = DType::fp32;
  Pattern free;

  const std::byte* partition(int p) const { return base + static_cast<std::size_t>(p) * pitch; }
};

/// The same view of an operand that is written.
struct Tile {
  std::byte* base = nullptr;
  std::size_t pitch = 0;
  int partitions = 0;
  DType dtype = DType::fp32;
  Pattern free;

  std::byte* partition(int p) const { return base + static_cast<std::size_t>(p) * pitch; }
};

}  // namespace inf::numerics
