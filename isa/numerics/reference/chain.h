#pragma once
#include <cstdint>

namespace inf::numerics::reference {

/// One step of the tensor engine's accumulation chain on fp32 bits: a * b + c rounded once to nearest even.
/// Subnormal inputs and results are zero with their sign; a result is subnormal when, rounded to 24 bits with an
/// unbounded exponent, it lies below 2^-126. NaN results are the canonical NaN. Independent of the host's
/// floating-point control state.
std::uint32_t fma_flush(std::uint32_t a, std::uint32_t b, std::uint32_t c);

/// The addition into PSUM, with the same rules.
std::uint32_t add_flush(std::uint32_t a, std::uint32_t b);

}  // namespace inf::numerics::reference
