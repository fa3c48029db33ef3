#pragma once
#include <functional>

#include "isa/numerics/activation.h"

namespace inf::numerics {

/// Largest error of `f` over every bf16 argument in activation_range(fn), against exact_value. Results below
/// 2^-126, fp32's smallest normal number, are not counted: the tables give zero from there on.
ActivationError measure(ActFn fn, const std::function<float(float)>& f);

}  // namespace inf::numerics
