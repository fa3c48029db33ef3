#pragma once
#include <bit>
#include <cstdint>

#include "isa/numerics/dtype.h"
#include "isa/numerics/format.h"
#include "isa/numerics/rounding.h"

namespace inf::numerics {

/// Rounds a finite fp32 bit pattern into `to`; infinities stay, NaN becomes the format's one NaN, overflow goes to
/// infinity. Returns the bits of the narrower value.
std::uint32_t narrow_bits(Format to, std::uint32_t f32, const Rounding& rounding = {});

/// The fp32 bits of a value of format `from`; exact. NaN becomes the canonical NaN. Pad bits are ignored.
std::uint32_t widen_bits(Format from, std::uint32_t bits);

/// fp32 to an integer type: nearest even, saturating, NaN to 0. Returns the stored bits, zero-extended.
/// Source: documented (fact sheet 7.2); NaN to 0 assumed. Errors: internal when `to` is not an integer type.
std::uint32_t to_integer_bits(DType to, std::uint32_t f32);

/// A stored integer to fp32, nearest even (exact below 2^24 in magnitude).
std::uint32_t from_integer_bits(DType from, std::uint32_t bits);

/// Any stored element to fp32 bits.
std::uint32_t load_f32_bits(DType from, std::uint32_t bits);

/// fp32 bits to any stored element.
std::uint32_t store_f32_bits(DType to, std::uint32_t f32, const Rounding& rounding = {});

constexpr std::uint32_t bits_of(float v) { return std::bit_cast<std::uint32_t>(v); }
constexpr float float_of(std::uint32_t bits) { return std::bit_cast<float>(bits); }
constexpr bool is_nan_bits(std::uint32_t bits) { return (bits & 0x7fffffffu) > 0x7f800000u; }
constexpr std::uint32_t canonical_bits(std::uint32_t bits) { return is_nan_bits(bits) ? kCanonicalNan : bits; }
/// Subnormals of fp32 become zero, sign kept.
constexpr std::uint32_t flush_bits(std::uint32_t bits) { return (bits & 0x7f800000u) == 0 ? bits & 0x80000000u : bits; }

}  // namespace inf::numerics
