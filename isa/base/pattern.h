#pragma once
#include <array>
#include <cstdint>

namespace inf {

/// One free dimension of an access pattern: `count` elements, `step` elements apart.
struct Dim {
  std::int32_t step = 0;
  std::uint32_t count = 1;
  friend constexpr bool operator==(const Dim&, const Dim&) = default;
};

/// Up to four free dimensions, outermost first. Element (i0,i1,i2,i3) lies sum(i*step) elements from the start;
/// linear order runs the last dimension fastest. Unused leading dimensions have count 1.
struct Pattern {
  std::array<Dim, 4> dims{};

  /// A run of `n` neighbouring elements.
  static constexpr Pattern row(std::uint32_t n, std::int32_t step = 1) { return {{Dim{}, Dim{}, Dim{}, Dim{step, n}}}; }
  static constexpr Pattern grid(Dim a, Dim b) { return {{Dim{}, Dim{}, a, b}}; }
  static constexpr Pattern grid(Dim a, Dim b, Dim c) { return {{Dim{}, a, b, c}}; }

  constexpr std::int64_t elements() const {
    std::int64_t n = 1;
    for (const Dim& d : dims) n *= d.count;
    return n;
  }
  /// Offset of the lowest element, in elements (<= 0 where a step is negative).
  constexpr std::int64_t lowest() const {
    std::int64_t low = 0;
    for (const Dim& d : dims)
      if (d.step < 0) low += std::int64_t{d.step} * (std::int64_t{d.count} - 1);
    return low;
  }
  /// Offset of the highest element, in elements.
  constexpr std::int64_t highest() const {
    std::int64_t high = 0;
    for (const Dim& d : dims)
      if (d.step > 0) high += std::int64_t{d.step} * (std::int64_t{d.count} - 1);
    return high;
  }
  friend constexpr bool operator==(const Pattern&, const Pattern&) = default;
};

}  // namespace inf
