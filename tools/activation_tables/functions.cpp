#include "tools/activation_tables/functions.h"

#include "isa/base/error.h"

namespace inf::numerics {
namespace {

constexpr mpfr_rnd_t kNear = MPFR_RNDN;

/// 1 / (1 + exp(-x))
void sigmoid(mpfr_srcptr x, mpfr_ptr r) {
  mpfr_neg(r, x, kNear);
  mpfr_exp(r, r, kNear);
  mpfr_add_ui(r, r, 1, kNear);
  mpfr_ui_div(r, 1, r, kNear);
}

/// sigmoid(s x) (1 + s x sigmoid(-s x)), the derivative of x sigmoid(s x)
void silu_derivative(mpfr_srcptr x, double scale, mpfr_ptr r) {
  Real sx, other;
  mpfr_mul_d(sx.get(), x, scale, kNear);
  mpfr_neg(other.get(), sx.get(), kNear);
  sigmoid(other.get(), other.get());
  mpfr_mul(other.get(), other.get(), sx.get(), kNear);
  mpfr_add_ui(other.get(), other.get(), 1, kNear);
  sigmoid(sx.get(), r);
  mpfr_mul(r, r, other.get(), kNear);
}

/// x sigmoid(s x)
void silu(mpfr_srcptr x, double scale, mpfr_ptr r) {
  Real sx;
  mpfr_mul_d(sx.get(), x, scale, kNear);
  sigmoid(sx.get(), sx.get());
  mpfr_mul(r, x, sx.get(), kNear);
}

/// log(1 + exp(x)), which is x to 128 bits from 100 on
void softplus(mpfr_srcptr x, mpfr_ptr r) {
  if (mpfr_cmp_ui(x, 100) > 0) {
    mpfr_set(r, x, kNear);
    return;
  }
  mpfr_exp(r, x, kNear);
  mpfr_log1p(r, r, kNear);
}

/// The normal distribution function, erfc(-x / sqrt 2) / 2.
void normal_cdf(mpfr_srcptr x, mpfr_ptr r) {
  Real half(0.5);
  mpfr_sqrt(half.get(), half.get(), kNear);
  mpfr_mul(r, x, half.get(), kNear);
  mpfr_neg(r, r, kNear);
  mpfr_erfc(r, r, kNear);
  mpfr_div_2ui(r, r, 1, kNear);
}

/// exp(-x^2 / 2) / sqrt(2 pi)
void normal_density(mpfr_srcptr x, mpfr_ptr r) {
  Real scale;
  mpfr_const_pi(scale.get(), kNear);
  mpfr_mul_2ui(scale.get(), scale.get(), 1, kNear);
  mpfr_rec_sqrt(scale.get(), scale.get(), kNear);
  mpfr_sqr(r, x, kNear);
  mpfr_div_2ui(r, r, 1, kNear);
  mpfr_neg(r, r, kNear);
  mpfr_exp(r, r, kNear);
  mpfr_mul(r, r, scale.get(), kNear);
}

/// x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)), which is the tanh form.
void gelu_tanh(mpfr_srcptr x, mpfr_ptr r) {
  Real scale, z, cube;
  mpfr_set_str(cube.get(), "0.044715", 10, kNear);
  mpfr_sqr(z.get(), x, kNear);
  mpfr_mul(z.get(), z.get(), cube.get(), kNear);
  mpfr_add_ui(z.get(), z.get(), 1, kNear);
  mpfr_mul(z.get(), z.get(), x, kNear);
  mpfr_const_pi(scale.get(), kNear);
  mpfr_ui_div(scale.get(), 8, scale.get(), kNear);
  mpfr_sqrt(scale.get(), scale.get(), kNear);
  mpfr_mul(z.get(), z.get(), scale.get(), kNear);
  sigmoid(z.get(), z.get());
  mpfr_mul(r, x, z.get(), kNear);
}

/// 2 / sqrt(pi) exp(-x^2)
void erf_derivative(mpfr_srcptr x, mpfr_ptr r) {
  Real scale;
  mpfr_const_pi(scale.get(), kNear);
  mpfr_rec_sqrt(scale.get(), scale.get(), kNear);
  mpfr_mul_2ui(scale.get(), scale.get(), 1, kNear);
  mpfr_sqr(r, x, kNear);
  mpfr_neg(r, r, kNear);
  mpfr_exp(r, r, kNear);
  mpfr_mul(r, r, scale.get(), kNear);
}

constexpr double kSigmoidForm = 1.702;

}  // namespace

void exact_log1p(const Real& x, Real& result) { mpfr_log1p(result.get(), x.get(), kNear); }

void exact_value(ActFn fn, const Real& argument, Real& result) {
  mpfr_srcptr x = argument.get();
  mpfr_ptr r = result.get();
  Real other;
  switch (fn) {
    case ActFn::sigmoid: return sigmoid(x, r);
    case ActFn::tanh: mpfr_tanh(r, x, kNear); return;
    case ActFn::silu: return silu(x, 1, r);
    case ActFn::silu_d: return silu_derivative(x, 1, r);
    case ActFn::softplus: return softplus(x, r);
    case ActFn::mish:
      softplus(x, r);
      mpfr_tanh(r, r, kNear);
      mpfr_mul(r, r, x, kNear);
      return;
    case ActFn::gelu:
      normal_cdf(x, r);
      mpfr_mul(r, r, x, kNear);
      return;
    case ActFn::gelu_d:
      normal_density(x, other.get());
      mpfr_mul(other.get(), other.get(), x, kNear);
      normal_cdf(x, r);
      mpfr_add(r, r, other.get(), kNear);
      return;
    case ActFn::gelu_tanh: return gelu_tanh(x, r);
    case ActFn::gelu_sigmoid: return silu(x, kSigmoidForm, r);
    case ActFn::gelu_sigmoid_d: return silu_derivative(x, kSigmoidForm, r);
    case ActFn::erf: mpfr_erf(r, x, kNear); return;
    case ActFn::erf_d: return erf_derivative(x, r);
    case ActFn::exp: mpfr_exp(r, x, kNear); return;
    case ActFn::log: mpfr_log(r, x, kNear); return;
    case ActFn::sin: mpfr_sin(r, x, kNear); return;
    case ActFn::arctan: mpfr_atan(r, x, kNear); return;
    case ActFn::sqrt: mpfr_sqrt(r, x, kNear); return;
    case ActFn::rsqrt: mpfr_rec_sqrt(r, x, kNear); return;
    case ActFn::reciprocal: mpfr_ui_div(r, 1, x, kNear); return;
    case ActFn::copy:
    case ActFn::square:
    case ActFn::abs:
    case ActFn::sign:
    case ActFn::relu:
    case ActFn::prelu: break;
  }
  throw Error(ErrorKind::internal, "", "an exact function needs no table");
}

}  // namespace inf::numerics
