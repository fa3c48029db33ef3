#include <limits>

#include "isa/numerics/activation.h"

// A file of its own: the table generator uses the ranges, and cannot link what needs its tables.
namespace inf::numerics {

ActivationRange activation_range(ActFn fn) {
  constexpr float kAll = std::numeric_limits<float>::infinity();
  switch (fn) {
    case ActFn::log: return {0x1p-64f, 0x1p64f, false};
    case ActFn::sin: return {-0x1.921fb6p+1f, 0x1.921fb6p+1f, false};
    case ActFn::arctan: return {-0x1.921fb6p+0f, 0x1.921fb6p+0f, false};
    case ActFn::sqrt: return {0x1p-116f, 0x1p118f, false};
    case ActFn::rsqrt: return {0x1p-87f, 0x1p97f, false};
    case ActFn::reciprocal: return {0x1p-42f, 0x1p42f, true};
    case ActFn::copy:
    case ActFn::square:
    case ActFn::abs:
    case ActFn::sign:
    case ActFn::relu:
    case ActFn::prelu:
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
    case ActFn::exp: break;
  }
  return {-kAll, kAll, false};
}

}  // namespace inf::numerics
