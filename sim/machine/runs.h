#pragma once
#include <cstdint>

#include "isa/program/access.h"

namespace inf::sim {

/// Calls f(first, end) for the byte ranges of one partition of an access, in linear order. Dimensions that continue
/// each other are one range; ranges may touch or overlap.
template <class F>
void for_each_run(const isa::Access& a, F&& f) {
  const std::int64_t size = size_of(a.dtype);
  const auto& d = a.free.dims;
  std::int64_t run = 1;
  int outer = 3;
  for (; outer >= 0; --outer) {
    const Dim& dim = d[static_cast<std::size_t>(outer)];
    if (dim.count == 1) continue;
    if (dim.step != run) break;
    run *= dim.count;
  }
  const auto count = [&](int i) { return i <= outer ? d[static_cast<std::size_t>(i)].count : 1u; };
  for (std::uint32_t i = 0; i < count(0); ++i)
    for (std::uint32_t j = 0; j < count(1); ++j)
      for (std::uint32_t k = 0; k < count(2); ++k)
        for (std::uint32_t l = 0; l < count(3); ++l) {
          const std::int64_t at = a.offset + (std::int64_t{d[0].step} * i + std::int64_t{d[1].step} * j +
                                              std::int64_t{d[2].step} * k + std::int64_t{d[3].step} * l) *
                                                 size;
          f(at, at + run * size);
        }
}

}  // namespace inf::sim
