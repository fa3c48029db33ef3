#pragma once
#include <cstdint>
#include <string>

#include "isa/numerics/dtype.h"

namespace inf::workflow {

/// What a model's fp32 values become on the chip. `none`: nothing else. `matmult`: operands of matrix products and
/// convolutions are rounded to a type when they enter the tensor engine. `all`: values are stored in it too.
enum class AutoCast : std::uint8_t { none, matmult, all };

/// Types of a compiled model: of the tensor engine's operands, and of stored values.
struct Precision {
  DType compute = DType::bf16, storage = DType::bf16;
  friend bool operator==(const Precision&, const Precision&) = default;
};

/// `all` with fp8_e4m3 stores bf16: sums, norms and residuals past 240 would be infinite in fp8, and no scales are kept
/// beside values. `none` leaves the type unused.
Precision precision_of(AutoCast cast, DType type);

/// "bf16", or "bf16 operands, fp32 values" where the two differ.
std::string text(const Precision& precision);

/// none, matmult or all. Errors: usage at `place`.
AutoCast parse_auto_cast(const std::string& text, const std::string& place);
/// bf16, fp16, tf32, fp8_e4m3 or fp32, which casts nothing. Errors: usage at `place`.
DType parse_auto_cast_type(const std::string& text, const std::string& place);

}  // namespace inf::workflow
