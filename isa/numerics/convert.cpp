#include "isa/numerics/convert.h"

#include <algorithm>
#include <string>

#include "isa/base/error.h"

namespace inf::numerics {
namespace {

/// significand / 2^drop as an integer, rounded.
std::uint64_t round_shift(std::uint64_t significand, int drop, const Rounding& rounding) {
  if (drop <= 0) return significand << -drop;
  drop = std::min(drop, 62);  // below every rounding point of a 24-bit significand
  const std::uint64_t odd = significand >> drop & 1u;
  const std::uint64_t half = std::uint64_t{1} << (drop - 1);
  switch (rounding.mode) {
    case Round::nearest_even: return (significand + half - 1 + odd) >> drop;
    case Round::stochastic:
      return (significand + (random_bits(rounding.seed, rounding.instruction, rounding.element) >> (64 - drop))) >>
             drop;
  }
  return 0;
}

struct IntegerRange {
  std::int64_t low, high;
};

IntegerRange range_of(DType t) {
  switch (t) {
    case DType::int8: return {-128, 127};
    case DType::uint8: return {0, 255};
    case DType::int16: return {-32768, 32767};
    case DType::uint16: return {0, 65535};
    case DType::int32: return {-2147483648LL, 2147483647};
    case DType::uint32: return {0, 4294967295LL};
    case DType::fp32:
    case DType::tf32:
    case DType::bf16:
    case DType::fp16:
    case DType::fp8_e4m3:
    case DType::fp8_e5m2:
    case DType::fp8_e3m4: break;
  }
  throw Error(ErrorKind::internal, "", std::string(name(t)) + " is not an integer type");
}

std::uint32_t width_mask(DType t) { return static_cast<std::uint32_t>((std::uint64_t{1} << (8 * size_of(t))) - 1); }

}  // namespace

std::uint32_t narrow_bits(Format to, std::uint32_t f32, const Rounding& rounding) {
  //  fp32: s eeeeeeee mmmmmmmmmmmmmmmmmmmmmmm
  const std::uint32_t sign = f32 >> 31 ? to.sign() : 0;
  const std::uint32_t magnitude = f32 & 0x7fffffffu;

  // 1. Special values.
  if (magnitude > 0x7f800000u) return to.nan();
  if (magnitude == 0x7f800000u) return sign | to.infinity();
  // 2. Zero.
  if (magnitude == 0) return sign;

  // 3. Unpack: value = significand * 2^(exponent - 23).
  const int biased = static_cast<int>(magnitude >> 23);
  const std::uint64_t significand = (magnitude & 0x7fffffu) | (biased != 0 ? 0x800000u : 0u);
  const int exponent = std::max(biased, 1) - 127;

  // 4. Round at the last mantissa bit of the result, which lies higher when the result is subnormal.
  const int subnormal = std::max(0, to.min_exponent() - exponent);
  std::uint64_t mantissa = round_shift(significand, 23 - to.mantissa_bits + subnormal, rounding);
  // The hidden bit adds itself to the exponent field, and so does a carry out of the mantissa.
  const std::uint64_t field = subnormal > 0 ? 0 : static_cast<std::uint64_t>(exponent + to.bias() - 1);
  mantissa += field << to.mantissa_bits;

  // 5. Overflow.
  const std::uint64_t bits = mantissa << to.pad;
  return sign | (bits >= to.infinity() ? to.infinity() : static_cast<std::uint32_t>(bits));
}

std::uint32_t widen_bits(Format from, std::uint32_t bits) {
  const std::uint32_t sign = (bits & from.sign()) != 0 ? 0x80000000u : 0u;
  const std::uint32_t magnitude = bits & (from.sign() - 1u);

  // 1. Special values, seen with all bits, so that a payload in the pad stays a NaN.
  if (magnitude > from.infinity()) return kCanonicalNan;
  if (magnitude == from.infinity()) return sign | 0x7f800000u;
  // 2. Zero.
  std::uint32_t mantissa = (magnitude >> from.pad) & ((1u << from.mantissa_bits) - 1u);
  const std::uint32_t field = magnitude >> (from.pad + from.mantissa_bits);
  if (field == 0 && mantissa == 0) return sign;

  // 3. Unpack; a subnormal is normalised, down to fp32's own smallest exponent.
  int exponent = static_cast<int>(std::max(field, 1u)) - from.bias();
  if (field != 0) mantissa |= 1u << from.mantissa_bits;
  while (mantissa >> from.mantissa_bits == 0 && exponent > -126) {
    mantissa <<= 1;
    --exponent;
  }

  // 4. No rounding and 5. no overflow: fp32 holds every value of every format.
  const std::uint32_t wide = mantissa << (23 - from.mantissa_bits);
  const std::uint32_t base = wide >> 23 != 0 ? static_cast<std::uint32_t>(exponent + 126) << 23 : 0u;
  return sign | (base + wide);
}

std::uint32_t to_integer_bits(DType to, std::uint32_t f32) {
  const IntegerRange range = range_of(to);
  if (is_nan_bits(f32)) return 0;
  const bool negative = f32 >> 31 != 0;
  const int biased = static_cast<int>(f32 >> 23 & 255u);
  const std::uint64_t significand = (f32 & 0x7fffffu) | (biased != 0 ? 0x800000u : 0u);
  // From 2^40 on every type saturates; the clamp keeps the shift in range.
  const int drop = 150 - std::min(std::max(biased, 1), 167);
  const auto magnitude = static_cast<std::int64_t>(round_shift(significand, drop, {}));
  const std::int64_t value = std::clamp(negative ? -magnitude : magnitude, range.low, range.high);
  return static_cast<std::uint32_t>(value) & width_mask(to);
}

std::uint32_t from_integer_bits(DType from, std::uint32_t bits) {
  std::int64_t value = bits & width_mask(from);
  const IntegerRange range = range_of(from);
  if (value > range.high) value -= range.high - range.low + 1;
  if (value == 0) return 0;

  const std::uint32_t sign = value < 0 ? 0x80000000u : 0u;
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
  const int exponent = 63 - std::countl_zero(magnitude);
  const auto significand = static_cast<std::uint32_t>(round_shift(magnitude, exponent - 23, {}));
  return sign | ((static_cast<std::uint32_t>(exponent + 126) << 23) + significand);
}

std::uint32_t load_f32_bits(DType from, std::uint32_t bits) {
  return is_float(from) ? widen_bits(format_of(from), bits) : from_integer_bits(from, bits);
}

std::uint32_t store_f32_bits(DType to, std::uint32_t f32, const Rounding& rounding) {
  return is_float(to) ? narrow_bits(format_of(to), f32, rounding) : to_integer_bits(to, f32);
}

}  // namespace inf::numerics
