#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "isa/numerics/ops.h"
#include "isa/program/access.h"

namespace inf::isa {

/// What an activation does to the scalar engine's reduce registers.
enum class ReduceCommand : std::uint8_t { idle, reset, reduce, reset_reduce };
inline constexpr std::array<std::string_view, 4> kReduceCommands = {"idle", "reset", "reduce", "reset_reduce"};
constexpr std::string_view name(ReduceCommand c) { return kReduceCommands[static_cast<std::size_t>(c)]; }

/// One of an engine's 32-bit registers.
struct Register {
  std::uint8_t index = 0;
  friend constexpr bool operator==(Register, Register) = default;
};
inline constexpr int kRegisters = 64;

/// Coefficients of the four free-dimension indices, outermost first.
using Steps = std::array<std::int32_t, 4>;
/// Source partition of each output partition in a group of 32; kShuffleKeep leaves the output as it is.
using ShuffleMask = std::array<std::uint8_t, 32>;
inline constexpr std::uint8_t kShuffleKeep = 255;

/// The types that a FIELD row may name. `stored` is the struct member, `bits` the width of one part in the encoding,
/// `count` the number of parts.
namespace field_type {
template <class T, int Bits, int Count = 1>
struct Type {
  using stored = T;
  static constexpr int bits = Bits, count = Count;
};
struct type_bool : Type<bool, 1> {
  static constexpr const char* text = "bool";
};
struct type_u3 : Type<std::uint8_t, 3> {
  static constexpr const char* text = "u3";
};
struct type_u4 : Type<std::uint8_t, 4> {
  static constexpr const char* text = "u4";
};
struct type_u6 : Type<std::uint8_t, 6> {
  static constexpr const char* text = "u6";
};
struct type_u16 : Type<std::uint16_t, 16> {
  static constexpr const char* text = "u16";
};
struct type_u32 : Type<std::uint32_t, 32> {
  static constexpr const char* text = "u32";
};
struct type_i32 : Type<std::int32_t, 32> {
  static constexpr const char* text = "i32";
};
struct type_f32 : Type<float, 32> {
  static constexpr const char* text = "f32";
};
struct type_AluOp : Type<numerics::AluOp, 5> {
  static constexpr const char* text = "ALU operator";
};
struct type_ActFn : Type<numerics::ActFn, 5> {
  static constexpr const char* text = "activation function";
};
struct type_ReduceCommand : Type<ReduceCommand, 2> {
  static constexpr const char* text = "reduce command";
};
struct type_Register : Type<Register, 6> {
  static constexpr const char* text = "register";
};
struct type_Steps : Type<Steps, 32, 4> {
  static constexpr const char* text = "4 x i32";
};
struct type_ShuffleMask : Type<ShuffleMask, 8, 32> {
  static constexpr const char* text = "32 x u8";
};
static_assert(numerics::kAluOps <= 32 && numerics::kActFns <= 32);
}  // namespace field_type

}  // namespace inf::isa
