#include "tools/activation_tables/measure.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "isa/numerics/convert.h"
#include "tools/activation_tables/functions.h"

namespace inf::numerics {
namespace {

/// |got - exact| in units of the last place of a format with fp32's exponents.
double error_in_ulp(float got, const Real& exact, int mantissa_bits) {
  if (std::isinf(got)) {
    // Right when the exact value rounds to infinity too.
    const double limit = std::ldexp(2.0 - std::ldexp(1.0, -mantissa_bits - 1), 127);
    return std::fabs(mpfr_get_d(exact.get(), MPFR_RNDN)) >= limit ? 0 : INFINITY;
  }
  const int exponent =
      mpfr_zero_p(exact.get()) ? -126 : std::max<int>(static_cast<int>(mpfr_get_exp(exact.get())) - 1, -126);
  Real difference;
  mpfr_sub_d(difference.get(), exact.get(), got, MPFR_RNDN);
  return std::fabs(std::ldexp(mpfr_get_d(difference.get(), MPFR_RNDN), mantissa_bits - exponent));
}

float through_bf16(float v) {
  const std::uint32_t bits = bits_of(v);
  return float_of((bits + 0x7fffu + (bits >> 16 & 1u)) & 0xffff0000u);
}

}  // namespace

ActivationError measure(ActFn fn, const std::function<float(float)>& f) {
  const ActivationRange range = activation_range(fn);
  ActivationError worst{0, 0, 0, 0};
  Real exact;
  for (std::uint32_t code = 0; code < 0x10000u; ++code) {
    const float x = float_of(code << 16);
    if (!std::isfinite(x)) continue;
    const float place = range.magnitude ? std::fabs(x) : x;
    if (place < range.low || place > range.high) continue;
    exact_value(fn, Real(x), exact);
    if (!mpfr_zero_p(exact.get()) && mpfr_get_exp(exact.get()) < -125) continue;
    const float got = f(x);
    if (const double e = error_in_ulp(got, exact, 23); e > worst.fp32_ulp) worst.fp32_ulp = e, worst.at_fp32 = x;
    if (const double e = error_in_ulp(through_bf16(got), exact, 7); e > worst.bf16_ulp)
      worst.bf16_ulp = e, worst.at_bf16 = x;
  }
  return worst;
}

}  // namespace inf::numerics
