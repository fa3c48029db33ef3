#pragma once
#include <array>
#include <cstdint>

#include "isa/table/instructions.h"

namespace inf::sim {

using Registers = std::array<std::int32_t, isa::kRegisters>;

/// True for what the sequencer alone runs: registers, loops and branches. nop is an instruction like any other.
bool is_control(const isa::Operation& op);

/// a op b for a comparison.
/// Errors: illegal_instruction for any other operator.
bool compare_registers(numerics::AluOp op, std::int32_t a, std::int32_t b);

/// register_set, register_alu and register_load (with the `loaded` value). 32-bit, wrapping.
/// Errors: illegal_instruction for an operator that registers do not have.
void run_register_instruction(const isa::Operation& op, Registers& registers, std::int32_t loaded);

}  // namespace inf::sim
