#include "isa/numerics/fast/runs.h"

#include <algorithm>

namespace inf::numerics::fast {

Pattern simplify(const Pattern& pattern) {
  Pattern result;
  int place = 4;
  for (int d = 3; d >= 0; --d) {
    const Dim& dim = pattern.dims[static_cast<std::size_t>(d)];
    if (dim.count == 1) continue;
    if (place < 4) {
      Dim& inner = result.dims[static_cast<std::size_t>(place)];
      if (std::int64_t{inner.step} * inner.count == dim.step) {
        inner.count *= dim.count;
        continue;
      }
    }
    result.dims[static_cast<std::size_t>(--place)] = dim;
  }
  if (place == 4) result.dims[3] = {1, 1};
  return result;
}

int RunWalker::next(int elements, Run* runs) {
  const auto& d = pattern_.dims;
  int count = 0;
  for (int at = 0; at < elements;) {
    const std::ptrdiff_t offset = std::ptrdiff_t{d[0].step} * index_[0] + std::ptrdiff_t{d[1].step} * index_[1] +
                                  std::ptrdiff_t{d[2].step} * index_[2] + std::ptrdiff_t{d[3].step} * index_[3];
    const int n = std::min(elements - at, static_cast<int>(d[3].count - index_[3]));
    runs[count++] = {offset, at, n};
    at += n;
    index_[3] += static_cast<std::uint32_t>(n);
    for (std::size_t i = 3; i > 0 && index_[i] == d[i].count; --i) {
      index_[i] = 0;
      ++index_[i - 1];
    }
  }
  return count;
}

}  // namespace inf::numerics::fast
