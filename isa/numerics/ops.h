#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace inf::numerics {

enum class AluOp : std::uint8_t {
#define ALU_OP(id, op_class, operands, reduces, meaning) id,
#include "isa/numerics/ops.def"
#undef ALU_OP
};

enum class ActFn : std::uint8_t {
#define ACTIVATION(id, set, exact, meaning) id,
#include "isa/numerics/ops.def"
#undef ACTIVATION
};

#define ALU_OP(id, op_class, operands, reduces, meaning) +1
inline constexpr int kAluOps = 0
#include "isa/numerics/ops.def"
    ;
#undef ALU_OP
#define ACTIVATION(id, set, exact, meaning) +1
inline constexpr int kActFns = 0
#include "isa/numerics/ops.def"
    ;
#undef ACTIVATION

/// bitvec operators work on raw integer bits, arithmetic ones on fp32.
enum class AluClass : std::uint8_t { bitvec, arithmetic };

/// The activation table sets: switching between two of them costs a table load.
enum class ActSet : std::uint8_t {
  none,
  sigmoid_and_others,
  gelu_and_others,
  natural_log_exp_and_others,
  trigonometric,
  reciprocal_sqrt_and_small,
  reciprocal_and_small
};

std::string_view name(AluOp op);
std::string_view meaning(AluOp op);
std::optional<AluOp> alu_op_from(std::string_view name);
AluClass class_of(AluOp op);
/// 1 or 2.
int operands(AluOp op);
/// Legal as a reduction operator.
bool reduces(AluOp op);

std::string_view name(ActFn fn);
std::string_view meaning(ActFn fn);
std::optional<ActFn> act_fn_from(std::string_view name);
ActSet set_of(ActFn fn);
std::string_view name(ActSet set);
/// Computed exactly (one rounding), without a table.
bool is_exact(ActFn fn);

/// One arithmetic operator in fp32, nearest even, subnormals kept; NaN results are the canonical NaN. `b` is ignored by
/// operators of one operand. The scalar reference of alu_rows.
/// Errors: illegal_instruction for bitvec operators.
float alu(AluOp op, float a, float b);

/// One bitvec operator on integers of `width` bits (8, 16 or 32), held in the low bits of a word. The result has
/// `width` bits. Errors: illegal_instruction for arithmetic operators.
std::uint32_t bitvec(AluOp op, std::uint32_t a, std::uint32_t b, int width);

/// GpSimd's exact 32-bit integer arithmetic: add, subtract and multiply wrap modulo 2^32.
/// Errors: illegal_instruction for any other operator.
std::uint32_t integer_alu(AluOp op, std::uint32_t a, std::uint32_t b);

}  // namespace inf::numerics
