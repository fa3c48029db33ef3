#include "sim/engines/control.h"

#include <algorithm>
#include <string>

#include "isa/base/error.h"

namespace inf::sim {
namespace {

[[noreturn]] void refuse(const char* what, numerics::AluOp op) {
  throw Error(ErrorKind::illegal_instruction, "",
              std::string(what) + " does not take the operator " + std::string(numerics::name(op)));
}

std::int32_t register_alu(numerics::AluOp op, std::int32_t a, std::int32_t b) {
  using numerics::AluOp;
  const auto ua = static_cast<std::uint32_t>(a), ub = static_cast<std::uint32_t>(b);
  switch (op) {
    case AluOp::add: return static_cast<std::int32_t>(ua + ub);
    case AluOp::subtract: return static_cast<std::int32_t>(ua - ub);
    case AluOp::multiply: return static_cast<std::int32_t>(ua * ub);
    case AluOp::max: return std::max(a, b);
    case AluOp::min: return std::min(a, b);
    case AluOp::shift_left: return ub >= 32 ? 0 : static_cast<std::int32_t>(ua << ub);
    case AluOp::shift_right: return ub >= 32 ? 0 : static_cast<std::int32_t>(ua >> ub);
    case AluOp::bitwise_and: return a & b;
    case AluOp::bitwise_or: return a | b;
    case AluOp::bitwise_xor: return a ^ b;
    case AluOp::bitwise_not: return ~a;
    case AluOp::bypass: return a;
    case AluOp::eq:
    case AluOp::ne:
    case AluOp::ge:
    case AluOp::gt:
    case AluOp::le:
    case AluOp::lt: return compare_registers(op, a, b);
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
  refuse("register_alu", op);
}

}  // namespace

bool is_control(const isa::Operation& op) {
  switch (isa::opcode(op)) {
    case isa::Opcode::register_set:
    case isa::Opcode::register_alu:
    case isa::Opcode::register_load:
    case isa::Opcode::loop:
    case isa::Opcode::end_loop:
    case isa::Opcode::branch: return true;
    default: return false;
  }
}

bool compare_registers(numerics::AluOp op, std::int32_t a, std::int32_t b) {
  using numerics::AluOp;
  if (op < AluOp::eq || op > AluOp::lt) refuse("branch", op);
  switch (op) {
    case AluOp::eq: return a == b;
    case AluOp::ne: return a != b;
    case AluOp::ge: return a >= b;
    case AluOp::gt: return a > b;
    case AluOp::le: return a <= b;
    default: return a < b;
  }
}

void run_register_instruction(const isa::Operation& op, Registers& registers, std::int32_t loaded) {
  if (const auto* set = std::get_if<isa::RegisterSet>(&op)) {
    registers[set->dst.index] = set->value;
  } else if (const auto* alu = std::get_if<isa::RegisterAlu>(&op)) {
    registers[alu->dst.index] = register_alu(alu->op, registers[alu->a.index], registers[alu->b.index]);
  } else if (const auto* load = std::get_if<isa::RegisterLoad>(&op)) {
    registers[load->dst.index] = loaded;
  }
}

}  // namespace inf::sim
