#pragma once
#include "isa/numerics/activation_table.h"

namespace inf::numerics {

/// f(x) through a table, one value at a time: the reference of the bulk kernels.
float evaluate(const ActivationTable& table, float x);

}  // namespace inf::numerics
