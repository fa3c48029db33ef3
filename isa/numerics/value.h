#pragma once
#include <cstdint>
#include <type_traits>

#include "isa/numerics/convert.h"

namespace inf::numerics {

/// A value of one floating-point type. It is its bits: nothing converts silently, and comparing compares bits.
template <DType kType>
class Float {
 public:
  using Bits = std::conditional_t<size_of(kType) == 4, std::uint32_t,
                                  std::conditional_t<size_of(kType) == 2, std::uint16_t, std::uint8_t>>;
  static constexpr DType kDType = kType;
  static constexpr Format kFormat = format_of(kType);

  constexpr Float() = default;
  static constexpr Float from_bits(Bits bits) {
    Float v;
    v.bits_ = bits;
    return v;
  }
  /// Rounds fp32 bits into this type; overflow goes to infinity.
  static Float from_f32_bits(std::uint32_t f32, const Rounding& rounding = {}) {
    return from_bits(static_cast<Bits>(narrow_bits(kFormat, f32, rounding)));
  }
  static constexpr Float nan() { return from_bits(static_cast<Bits>(kFormat.nan())); }
  static constexpr Float infinity() { return from_bits(static_cast<Bits>(kFormat.infinity())); }

  constexpr Bits bits() const { return bits_; }
  /// The same value as fp32 bits; exact.
  std::uint32_t f32_bits() const { return widen_bits(kFormat, bits_); }

  friend constexpr bool operator==(Float, Float) = default;

 private:
  Bits bits_ = 0;
};

using fp32 = Float<DType::fp32>;
using tf32 = Float<DType::tf32>;
using bf16 = Float<DType::bf16>;
using fp16 = Float<DType::fp16>;
using fp8_e4m3 = Float<DType::fp8_e4m3>;
using fp8_e5m2 = Float<DType::fp8_e5m2>;
using fp8_e3m4 = Float<DType::fp8_e3m4>;

}  // namespace inf::numerics
