#include "isa/numerics/activation.h"

#include <cmath>
#include <string>

#include "isa/base/error.h"
#include "isa/numerics/activation_eval.h"
#include "isa/numerics/convert.h"
#include "isa/numerics/fast/row_kernels.h"

namespace inf::numerics {
namespace {

#include "isa/numerics/activation_tables.inc"

float exact(ActFn fn, float x, float alpha) {
  switch (fn) {
    case ActFn::copy: return x;
    case ActFn::square: return x * x;
    case ActFn::abs: return std::fabs(x);
    case ActFn::sign: return x > 0 ? 1.0f : x < 0 ? -1.0f : std::isnan(x) ? x : 0.0f;
    case ActFn::relu: return x > 0 || std::isnan(x) ? x : 0.0f;
    case ActFn::prelu: return x > 0 ? x : alpha * x;
    case ActFn::sigmoid:
    case ActFn::tanh:
    case ActFn::silu:
    case ActFn::silu_d:
    case ActFn::softplus:
    case ActFn::mish:
    case ActFn::gelu:
    case ActFn::gelu_d:
    case ActFn::gelu_tanh:
    case ActFn::gelu_sigmoid:
    case ActFn::gelu_sigmoid_d:
    case ActFn::erf:
    case ActFn::erf_d:
    case ActFn::exp:
    case ActFn::log:
    case ActFn::sin:
    case ActFn::arctan:
    case ActFn::sqrt:
    case ActFn::rsqrt:
    case ActFn::reciprocal: break;
  }
  throw Error(ErrorKind::internal, "", std::string(name(fn)) + " is not exact");
}

}  // namespace

const ActivationTable& activation_table(ActFn fn) {
  if (is_exact(fn)) throw Error(ErrorKind::internal, "", std::string(name(fn)) + " has no table");
  return kTables[static_cast<std::size_t>(fn)];
}

float activation(ActFn fn, float x, float alpha) {
  const float value = is_exact(fn) ? exact(fn, x, alpha) : evaluate(activation_table(fn), x);
  return float_of(canonical_bits(bits_of(value)));
}

void activate(ActFn fn, const float* in, std::ptrdiff_t n, float scale, float bias, float alpha, float* out) {
  const fast::RowKernels& kernels = fast::row_kernels();
  if (is_exact(fn)) return kernels.activate_exact(fn, in, n, scale, bias, alpha, out);
  kernels.activate_table(activation_table(fn), in, n, scale, bias, out);
}

ActivationError activation_error(ActFn fn) {
  return is_exact(fn) ? ActivationError{0.5, 0.5, 0, 0} : kErrors[static_cast<std::size_t>(fn)];
}

int activation_segments(ActFn fn) { return is_exact(fn) ? 0 : activation_table(fn).segment_count; }

}  // namespace inf::numerics
