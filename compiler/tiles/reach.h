#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "isa/program/rules.h"

// What one instruction of an engine can address in SBUF: steps have 16 bits, and elements are limited.
namespace inf::compiler {

/// Whether a dimension of `count` elements may have this step. A lone element has none.
inline bool in_reach(std::int64_t step, std::int64_t count) {
  return count <= 1 || (step >= isa::kMinStep && step <= isa::kMaxStep);
}

/// Part of a window of rows and columns. Units: elements from the window's first one.
struct WindowPart {
  std::int64_t row = 0, col = 0, rows = 0, cols = 0;
};
/// A window whose rows are `pitch` elements apart, in parts of at most `most` elements that one instruction can
/// address: one part where that is enough, else whole rows as far as possible.
inline std::vector<WindowPart> window_parts(std::int64_t rows, std::int64_t cols, std::int64_t pitch,
                                            std::int64_t most) {
  const std::int64_t wide = std::min<std::int64_t>({cols, most, isa::kMaxCount});
  const std::int64_t high = wide == cols && in_reach(pitch, rows) ? std::min(rows, most / wide) : 1;
  std::vector<WindowPart> parts;
  for (std::int64_t row = 0; row < rows; row += high)
    for (std::int64_t col = 0; col < cols; col += wide)
      parts.push_back({row, col, std::min(high, rows - row), std::min(wide, cols - col)});
  return parts;
}

}  // namespace inf::compiler
