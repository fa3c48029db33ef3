#pragma once
#include <cstddef>

#include "isa/numerics/ops.h"

namespace inf::numerics {

/// The bias that changes nothing: x * 1 + -0 is x, also for x = -0.
inline constexpr float kNoBias = -0.0f;

/// f(x) in fp32, subnormals kept. Exact functions take one rounding; the others are piecewise cubics (see docs/isa.md).
/// `alpha` is prelu's slope, else ignored. The scalar reference of activate.
/// Outside activation_range: sin and arctan continue their end cubic; log, sqrt, rsqrt and reciprocal stay accurate and
/// give IEEE's results at zero, infinity and for negative arguments. Source: undefined on the chip, so our own
/// definition.
float activation(ActFn fn, float x, float alpha);

/// out[i] = f(in[i] * scale + bias), where the argument is one fma. `out` may be `in`.
/// Bit for bit activation(fn, fma(in[i], scale, bias), alpha).
void activate(ActFn fn, const float* in, std::ptrdiff_t n, float scale, float bias, float alpha, float* out);

/// The arguments for which the chip defines a function. Source: documented (fact sheet 4.3).
struct ActivationRange {
  float low, high;  ///< of x, or of |x| when `magnitude`
  bool magnitude;
};
ActivationRange activation_range(ActFn fn);

/// Largest error over every bf16 argument inside activation_range, against a high-precision evaluation;
/// results below 2^-126, where the decaying functions become zero, are not counted.
/// Units: ulp of the exact result; 0.5 is a correctly rounded function.
struct ActivationError {
  double fp32_ulp;          ///< before narrowing
  double bf16_ulp;          ///< after narrowing to bf16
  double at_fp32, at_bf16;  ///< the arguments where they occur
};
ActivationError activation_error(ActFn fn);

/// Segments of a function's table; 0 for exact functions.
int activation_segments(ActFn fn);

}  // namespace inf::numerics
