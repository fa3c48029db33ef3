#include "isa/numerics/activation_eval.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "isa/numerics/convert.h"

namespace inf::numerics {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

float nan() { return float_of(kCanonicalNan); }

float cubic_at(const ActivationTable& table, float x) {
  if (std::isnan(x)) return nan();
  const bool negative = std::signbit(x);
  const int side = negative && table.symmetry == Symmetry::none ? 1 : 0;
  const float u = std::fabs(x);

  float value;
  if (std::isinf(u)) {
    value = table.at_infinity[side];
  } else {
    const std::uint32_t clamped = std::min(bits_of(u), table.limit[side]);
    const int octave = std::max(0, static_cast<int>(clamped >> 23) - table.first_octave[side] + 1);
    const std::uint32_t entry = table.octaves[table.octave_row[side] + octave];
    const std::uint32_t unused = entry & 31u;  // mantissa bits that do not select; 31 for the segment at zero
    const std::uint32_t segment = (entry >> 5) + ((clamped & 0x7fffffu) >> unused);
    const float left = float_of(clamped >> unused << unused);
    const float* const c = table.segments + 4 * static_cast<std::size_t>(segment);
    const float t = u - left;
    value = std::fma(std::fma(std::fma(c[3], t, c[2]), t, c[1]), t, c[0]);
  }
  if (std::isnan(value)) return nan();
  return negative && table.symmetry == Symmetry::odd ? -value : value;
}

float exponential(const ActivationTable& table, float x) {
  if (std::isnan(x)) return nan();
  x = std::clamp(x, -104.0f, 89.0f);
  const auto k = static_cast<float>(std::nearbyint(static_cast<double>(x) * static_cast<double>(kLog2E)));
  const float r = std::fma(k, -kLn2Low, std::fma(k, -kLn2High, x));
  return std::ldexp(cubic_at(table, r), static_cast<int>(k));
}

float logarithm(const ActivationTable& table, float x) {
  if (std::isnan(x) || x < 0) return nan();
  if (x == 0) return -kInfinity;
  if (std::isinf(x)) return x;
  int e;
  float m = std::frexp(x, &e);  // [1/2, 1)
  if (m < float_of(0x3f3504f3u)) {
    m *= 2;
    --e;
  }
  const auto exponent = static_cast<float>(e);
  return std::fma(exponent, kLn2High, std::fma(exponent, kLn2Low, cubic_at(table, m - 1.0f)));
}

float root(const ActivationTable& table, float x, bool inverse) {
  if (std::isnan(x) || x < 0) return nan();
  if (x == 0) return inverse ? std::copysign(kInfinity, x) : x;
  if (std::isinf(x)) return inverse ? 0 : x;
  int e;
  float m = 2 * std::frexp(x, &e);  // [1, 2)
  --e;
  if (e % 2 != 0) {
    m *= 2;
    --e;
  }
  return std::ldexp(cubic_at(table, m), inverse ? -e / 2 : e / 2);
}

float reciprocal(const ActivationTable& table, float x) {
  if (std::isnan(x)) return nan();
  if (x == 0) return std::copysign(kInfinity, x);
  if (std::isinf(x)) return std::copysign(0.0f, x);
  int e;
  const float m = 2 * std::frexp(std::fabs(x), &e);
  return std::copysign(std::ldexp(cubic_at(table, m), 1 - e), x);
}

}  // namespace

float evaluate(const ActivationTable& table, float x) {
  switch (table.reduction) {
    case Reduction::none: return cubic_at(table, x);
    case Reduction::exponential: return exponential(table, x);
    case Reduction::logarithm: return logarithm(table, x);
    case Reduction::square_root: return root(table, x, false);
    case Reduction::reciprocal_square_root: return root(table, x, true);
    case Reduction::reciprocal: return reciprocal(table, x);
  }
  return nan();
}

}  // namespace inf::numerics
