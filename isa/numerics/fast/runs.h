#pragma once
#include <cstdint>

#include "isa/base/pattern.h"
#include "isa/numerics/fast/matmul_kernel.h"

namespace inf::numerics::fast {

/// The same elements in the same order with as few dimensions as possible: dimensions of one element dropped, and
/// dimensions merged where the outer step continues the inner run.
Pattern simplify(const Pattern& pattern);

/// Walks a pattern in linear order, a block at a time, as runs along its innermost dimension.
class RunWalker {
 public:
  explicit RunWalker(const Pattern& simplified) : pattern_(simplified) {}

  /// Elements between neighbours of a run.
  std::ptrdiff_t step() const { return pattern_.dims[3].step; }
  /// Cuts the next `elements` elements into runs, `at` counting from 0. Returns how many runs; at most `elements`.
  int next(int elements, Run* runs);

 private:
  Pattern pattern_;
  std::uint32_t index_[4] = {};
};

}  // namespace inf::numerics::fast
