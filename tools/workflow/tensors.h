#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "isa/numerics/dtype.h"

namespace inf::workflow {

/// fp32 values as the bytes of a tensor of `dtype`, rounded to nearest even.
std::vector<std::byte> to_bytes(std::span<const float> values, DType dtype);

/// The bytes of a tensor as fp32; exact for every type but 32-bit integers.
/// Errors: internal when the bytes are no whole number of elements.
std::vector<float> to_floats(std::span<const std::byte> bytes, DType dtype);

}  // namespace inf::workflow
