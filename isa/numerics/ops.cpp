#include "isa/numerics/ops.h"

#include <cmath>
#include <string>

#include "isa/base/error.h"
#include "isa/numerics/activation.h"
#include "isa/numerics/convert.h"

namespace inf::numerics {
namespace {

struct AluRow {
  std::string_view name;
  AluClass op_class;
  int operands;
  bool reduces;
  std::string_view meaning;
};

constexpr AluRow kAluRows[] = {
#define ALU_OP(id, op_class, operands, reduces, meaning) {#id, AluClass::op_class, operands, reduces != 0, meaning},
#include "isa/numerics/ops.def"
#undef ALU_OP
};

struct ActRow {
  std::string_view name;
  ActSet set;
  bool exact;
  std::string_view meaning;
};

constexpr ActRow kActRows[] = {
#define ACTIVATION(id, set, exact, meaning) {#id, ActSet::set, exact != 0, meaning},
#include "isa/numerics/ops.def"
#undef ACTIVATION
};

const AluRow& row(AluOp op) { return kAluRows[static_cast<std::size_t>(op)]; }
const ActRow& row(ActFn fn) { return kActRows[static_cast<std::size_t>(fn)]; }

[[noreturn]] void refuse(AluOp op, const char* wanted) {
  throw Error(ErrorKind::illegal_instruction, "", "operator " + std::string(name(op)) + " is not " + wanted);
}

float maximum(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return float_of(kCanonicalNan);
  if (a == b) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

float minimum(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return float_of(kCanonicalNan);
  if (a == b) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

/// a to the b through the table functions. Exact for b in 0, 1, 2; a negative base needs an integer b.
float power(float a, float b) {
  if (b == 0) return 1;
  if (b == 1) return a;
  if (b == 2) return a * a;
  const bool integer = std::nearbyint(b) == b;
  const bool odd = integer && std::fabs(b) < 16777216.0f && std::fmod(b, 2.0f) != 0;
  if (a < 0 && !integer) return float_of(kCanonicalNan);
  const float magnitude = activation(ActFn::exp, b * activation(ActFn::log, std::fabs(a), 0), 0);
  return std::signbit(a) && odd ? -magnitude : magnitude;
}

float arithmetic(AluOp op, float a, float b) {
  switch (op) {
    case AluOp::bypass: return a;
    case AluOp::add: return a + b;
    case AluOp::subtract: return a - b;
    case AluOp::multiply: return a * b;
    case AluOp::max: return maximum(a, b);
    case AluOp::min: return minimum(a, b);
    case AluOp::eq: return a == b ? 1 : 0;
    case AluOp::ne: return a != b ? 1 : 0;
    case AluOp::ge: return a >= b ? 1 : 0;
    case AluOp::gt: return a > b ? 1 : 0;
    case AluOp::le: return a <= b ? 1 : 0;
    case AluOp::lt: return a < b ? 1 : 0;
    case AluOp::logical_and: return a != 0 && b != 0 ? 1 : 0;
    case AluOp::logical_or: return a != 0 || b != 0 ? 1 : 0;
    case AluOp::logical_xor: return (a != 0) != (b != 0) ? 1 : 0;
    case AluOp::power: return power(a, b);
    case AluOp::abs_max: return maximum(std::fabs(a), std::fabs(b));
    case AluOp::abs_min: return minimum(std::fabs(a), std::fabs(b));
    case AluOp::abs: return std::fabs(a);
    case AluOp::square: return a * a;
    case AluOp::relu: return maximum(a, 0);
    // Double keeps enough bits that its rounding never moves the fp32 result; tested over every significand.
    case AluOp::rsqrt: return static_cast<float>(1.0 / std::sqrt(static_cast<double>(a)));
    case AluOp::reciprocal: return 1.0f / a;
    case AluOp::bitwise_not:
    case AluOp::bitwise_and:
    case AluOp::bitwise_or:
    case AluOp::bitwise_xor:
    case AluOp::shift_left:
    case AluOp::shift_right: break;
  }
  refuse(op, "arithmetic");
}

}  // namespace

std::string_view name(AluOp op) { return row(op).name; }
std::string_view meaning(AluOp op) { return row(op).meaning; }
AluClass class_of(AluOp op) { return row(op).op_class; }
int operands(AluOp op) { return row(op).operands; }
bool reduces(AluOp op) { return row(op).reduces; }
std::string_view name(ActFn fn) { return row(fn).name; }
std::string_view meaning(ActFn fn) { return row(fn).meaning; }
ActSet set_of(ActFn fn) { return row(fn).set; }
bool is_exact(ActFn fn) { return row(fn).exact; }

std::optional<AluOp> alu_op_from(std::string_view text) {
  for (int i = 0; i < kAluOps; ++i)
    if (kAluRows[i].name == text) return static_cast<AluOp>(i);
  return std::nullopt;
}

std::optional<ActFn> act_fn_from(std::string_view text) {
  for (int i = 0; i < kActFns; ++i)
    if (kActRows[i].name == text) return static_cast<ActFn>(i);
  return std::nullopt;
}

std::string_view name(ActSet set) {
  switch (set) {
    case ActSet::none: return "none";
    case ActSet::sigmoid_and_others: return "sigmoid_and_others";
    case ActSet::gelu_and_others: return "gelu_and_others";
    case ActSet::natural_log_exp_and_others: return "natural_log_exp_and_others";
    case ActSet::trigonometric: return "trigonometric";
    case ActSet::reciprocal_sqrt_and_small: return "reciprocal_sqrt_and_small";
    case ActSet::reciprocal_and_small: return "reciprocal_and_small";
  }
  return "?";
}

float alu(AluOp op, float a, float b) { return float_of(canonical_bits(bits_of(arithmetic(op, a, b)))); }

std::uint32_t bitvec(AluOp op, std::uint32_t a, std::uint32_t b, int width) {
  const auto mask = static_cast<std::uint32_t>((std::uint64_t{1} << width) - 1);
  a &= mask;
  b &= mask;
  const bool shifted_out = b >= static_cast<std::uint32_t>(width);
  switch (op) {
    case AluOp::bitwise_not: return ~a & mask;
    case AluOp::bitwise_and: return a & b;
    case AluOp::bitwise_or: return a | b;
    case AluOp::bitwise_xor: return a ^ b;
    case AluOp::shift_left: return shifted_out ? 0 : a << b & mask;
    case AluOp::shift_right: return shifted_out ? 0 : a >> b;
    case AluOp::bypass:
    case AluOp::add:
    case AluOp::subtract:
    case AluOp::multiply:
    case AluOp::max:
    case AluOp::min:
    case AluOp::eq:
    case AluOp::ne:
    case AluOp::ge:
    case AluOp::gt:
    case AluOp::le:
    case AluOp::lt:
    case AluOp::logical_and:
    case AluOp::logical_or:
    case AluOp::logical_xor:
    case AluOp::power:
    case AluOp::abs_max:
    case AluOp::abs_min:
    case AluOp::abs:
    case AluOp::square:
    case AluOp::relu:
    case AluOp::rsqrt:
    case AluOp::reciprocal: break;
  }
  refuse(op, "a bitvec operator");
}

std::uint32_t integer_alu(AluOp op, std::uint32_t a, std::uint32_t b) {
  if (op == AluOp::add) return a + b;
  if (op == AluOp::subtract) return a - b;
  if (op == AluOp::multiply) return a * b;
  refuse(op, "an exact integer operator (add, subtract, multiply)");
}

}  // namespace inf::numerics
