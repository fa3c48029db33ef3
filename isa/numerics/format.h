#pragma once
#include <cstdint>

#include "isa/numerics/dtype.h"

namespace inf::numerics {

/// How a floating-point format lays out its bits: sign, exponent, mantissa, then `pad` bits that are always zero.
/// Every format here is IEEE-style: subnormals, infinities and NaN at the all-ones exponent.
/// Source: fact sheet 7.1; infinities of fp8_e3m4 assumed, as for its two documented siblings.
struct Format {
  int exponent_bits;
  int mantissa_bits;
  int pad;

  constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  /// Largest exponent of a finite value, and that of the smallest normal value.
  constexpr int max_exponent() const { return bias(); }
  constexpr int min_exponent() const { return 1 - bias(); }
  constexpr std::uint32_t sign() const { return 1u << (exponent_bits + mantissa_bits + pad); }
  constexpr std::uint32_t infinity() const { return ((1u << exponent_bits) - 1u) << (mantissa_bits + pad); }
  /// The one NaN that operations produce: positive, quiet, no payload.
  constexpr std::uint32_t nan() const { return infinity() | 1u << (mantissa_bits + pad - 1); }
};

/// The traits row of a floating-point type. Integer types have none: an all-zero row.
constexpr Format format_of(DType t) {
  switch (t) {
    //                              exponent mantissa pad
    case DType::fp32: return {8, 23, 0};
    case DType::tf32: return {8, 10, 13};
    case DType::bf16: return {8, 7, 0};
    case DType::fp16: return {5, 10, 0};
    case DType::fp8_e4m3: return {4, 3, 0};
    case DType::fp8_e5m2: return {5, 2, 0};
    case DType::fp8_e3m4: return {3, 4, 0};
    case DType::int8:
    case DType::uint8:
    case DType::int16:
    case DType::uint16:
    case DType::int32:
    case DType::uint32: break;
  }
  return {0, 0, 0};
}

inline constexpr std::uint32_t kCanonicalNan = 0x7fc00000u;

}  // namespace inf::numerics
