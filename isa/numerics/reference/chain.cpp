#include "isa/numerics/reference/chain.h"

#include <bit>
#include <cmath>

#include "isa/numerics/convert.h"

namespace inf::numerics::reference {
namespace {

/// p + c rounded to odd: the exact sum when 53 bits hold it, else the neighbour whose last bit is set. A later rounding
/// to 24 bits then gives the same bits as one rounding of the exact sum.
double add_to_odd(double p, double c) {
  const double sum = p + c;
  if (!std::isfinite(sum)) return sum;
  const double from_c = sum - p;
  const double error = (p - (sum - from_c)) + (c - from_c);
  auto bits = std::bit_cast<std::uint64_t>(sum);
  if (error == 0 || (bits & 1u) != 0) return sum;
  // The magnitude grows when the missed part has the sign of the sum, and shrinks otherwise.
  bits += (error > 0) == (sum > 0) ? 1u : ~std::uint64_t{0};
  return std::bit_cast<double>(bits);
}

/// A double that is zero, infinite, NaN or at least 2^-300 in magnitude, to fp32 with flushing.
std::uint32_t round_flush(double v) {
  const auto bits = std::bit_cast<std::uint64_t>(v);
  const auto sign = static_cast<std::uint32_t>(bits >> 32) & 0x80000000u;
  if (std::isnan(v)) return kCanonicalNan;
  if (std::isinf(v)) return sign | 0x7f800000u;
  if (v == 0) return sign;

  int exponent = static_cast<int>(bits >> 52 & 0x7ffu) - 1023;
  const std::uint64_t significand = (bits & 0xfffffffffffffu) | 0x10000000000000u;
  // 53 bits to 24, nearest even, exponent unbounded.
  std::uint64_t rounded = (significand + 0xfffffffu + (significand >> 29 & 1u)) >> 29;
  if (rounded == 0x1000000u) {
    rounded = 0x800000u;
    ++exponent;
  }
  if (exponent < -126) return sign;
  if (exponent > 127) return sign | 0x7f800000u;
  return sign | ((static_cast<std::uint32_t>(exponent + 126) << 23) + static_cast<std::uint32_t>(rounded));
}

double widen_flushed(std::uint32_t bits) { return static_cast<double>(float_of(flush_bits(bits))); }

}  // namespace

std::uint32_t fma_flush(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  const double product = widen_flushed(a) * widen_flushed(b);  // 48 bits: exact
  return round_flush(add_to_odd(product, widen_flushed(c)));
}

std::uint32_t add_flush(std::uint32_t a, std::uint32_t b) {
  return round_flush(add_to_odd(widen_flushed(a), widen_flushed(b)));
}

}  // namespace inf::numerics::reference
