#pragma once
#include "isa/numerics/simd.h"

namespace inf::numerics::bench {

/// The fma rate of one thread at a SIMD level, in GFLOP/s: 24 independent accumulators in registers, nothing else.
/// The best of several short runs, measured once per process. The scalar level counts one lane of the baseline
/// instruction set.
double fma_peak(SimdLevel level);

}  // namespace inf::numerics::bench
