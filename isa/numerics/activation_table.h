#pragma once
#include <cstdint>

#include "isa/numerics/ops.h"

namespace inf::numerics {

/// What happens to an argument before its table and to the result after it. All are bit operations and exact scalings.
enum class Reduction : std::uint8_t {
  none,                    ///< f = table(x)
  exponential,             ///< x = k ln 2 + r;  f = table(r) * 2^k
  logarithm,               ///< x = 2^e * (1 + u), 1 + u in [sqrt 1/2, sqrt 2);  f = table(u) + e ln 2
  square_root,             ///< x = 4^e * m, m in [1, 4);  f = table(m) * 2^e
  reciprocal_square_root,  ///< the same with 2^-e
  reciprocal,              ///< x = 2^e * m, m in [1, 2);  f = table(m) * 2^-e
};

enum class Symmetry : std::uint8_t { none, odd, even };

/// A piecewise cubic. On each side of zero the magnitude u = |x| selects a segment by its own bits:
///   u below the first octave                 -> the segment at zero
///   u = 0 eeeeeeee mmmmmmmmmmmmmmmmmmmmmmm   -> octave e, segment by the leading bits of m
/// and the value is ((c3 t + c2) t + c1) t + c0 by fma, t = u - left end of the segment. Symmetric functions have one
/// side.
struct ActivationTable {
  Reduction reduction;
  Symmetry symmetry;
  std::int32_t first_octave[2];  ///< biased exponent of the first octave on the side x >= 0 and x < 0
  std::int32_t octave_row[2];    ///< row of the segment at zero in `octaves`; the octaves follow it
  std::uint32_t limit[2];        ///< bits of u beyond which the segment no longer changes
  float at_infinity[2];
  const std::uint32_t* octaves;  ///< first segment * 32 + number of mantissa bits that do not select
  const float* segments;         ///< [segment][4]: c0, c1, c2, c3
  std::int32_t segment_count;
};

/// The table of a function that is not exact. Errors: internal for exact functions.
const ActivationTable& activation_table(ActFn fn);

// ln 2 in two parts (the first has 8 significant bits, so that k times it is exact for |k| < 2^15) and 1 / ln 2.
inline constexpr float kLn2High = 0x1.62p-1f;
inline constexpr float kLn2Low = 0x1.c85fep-10f;
inline constexpr float kLog2E = 0x1.715476p+0f;
/// 1.5 * 2^23: adding and subtracting it rounds to an integer.
inline constexpr float kRoundMagic = 0x1.8p23f;

}  // namespace inf::numerics
