#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace inf {

/// Every element type of the chips. The order is part of the program format.
/// Source: fact sheet 7.1; fp8_e4m3 is the legacy IEEE-style format with infinities (largest finite value 240).
enum class DType : std::uint8_t {
  fp32,
  tf32,
  bf16,
  fp16,
  fp8_e4m3,
  fp8_e5m2,
  fp8_e3m4,
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32
};
inline constexpr int kDTypes = 13;

/// Bytes of one element in memory; tf32 is stored in four.
constexpr int size_of(DType t) {
  switch (t) {
    case DType::fp32:
    case DType::tf32:
    case DType::int32:
    case DType::uint32: return 4;
    case DType::bf16:
    case DType::fp16:
    case DType::int16:
    case DType::uint16: return 2;
    case DType::fp8_e4m3:
    case DType::fp8_e5m2:
    case DType::fp8_e3m4:
    case DType::int8:
    case DType::uint8: return 1;
  }
  return 0;
}
constexpr bool is_float(DType t) { return t <= DType::fp8_e3m4; }
constexpr bool is_integer(DType t) { return !is_float(t); }

std::string_view name(DType t);
std::optional<DType> dtype_from(std::string_view name);

}  // namespace inf
