#pragma once
#include <cstdint>
#include <vector>

#include "isa/numerics/simd.h"

namespace inf::numerics::testing {

/// A small seeded generator; the same numbers on every host.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  std::uint64_t bits() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ * 0x2545f4914f6cdd1du;
  }
  /// 0 .. n - 1
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>((bits() >> 32) * n >> 32); }
  /// low .. high
  int between(int low, int high) { return low + static_cast<int>(below(static_cast<std::uint32_t>(high - low + 1))); }

 private:
  std::uint64_t state_;
};

/// fp32 bits that break careless arithmetic: zeros, subnormals, the ends of the normal range, infinities, NaNs, values
/// that cancel, and ordinary ones.
inline std::uint32_t nasty_f32(Random& r) {
  const std::uint32_t sign = r.below(2) << 31;
  const auto mantissa = static_cast<std::uint32_t>(r.bits()) & 0x7fffffu;
  switch (r.below(16)) {
    case 0: return sign;                                                                  // zero
    case 1: return sign | mantissa;                                                       // subnormal
    case 2: return sign | 0x00800000u | (mantissa & 3u);                                  // smallest normal
    case 3: return sign | 0x007ffff0u | (mantissa & 15u);                                 // largest subnormal
    case 4: return sign | 0x7f7ffff0u | (mantissa & 15u);                                 // largest normal
    case 5: return r.below(4) != 0 ? sign | 0x3f800000u : sign | 0x7f800000u;             // infinity
    case 6: return r.below(4) != 0 ? sign | 0x3f800000u : sign | 0x7f800001u | mantissa;  // NaN
    case 7: return sign | (r.below(255) << 23) | mantissa;                                // any exponent
    case 8: return sign | ((40 + r.below(48)) << 23) | mantissa;  // products near the smallest normal
    case 9: return sign | ((60 + r.below(8)) << 23) | mantissa;
    case 10: return sign | 0x3f800000u;                                         // one
    case 11: return sign | (127u + r.below(3)) << 23 | (mantissa & 0x7f0000u);  // few bits
    default: return sign | (120 + r.below(10)) << 23 | mantissa;
  }
}

inline std::vector<SimdLevel> host_levels() {
  std::vector<SimdLevel> levels;
  for (const SimdLevel level : {SimdLevel::reference, SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512})
    if (level <= host_simd_level()) levels.push_back(level);
  return levels;
}

}  // namespace inf::numerics::testing
