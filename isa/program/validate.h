#pragma once
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/table/instructions.h"

namespace inf::isa {

/// Checks every limit of rules.h and the semaphore indices.
/// Errors: illegal_instruction; the first broken limit is the message, the others are notes, each with value, range and
/// source.
void validate(const Instruction& instruction, arch::Engine engine, const arch::ChipSpec& chip);

/// True where a matmul may combine these operand types: fp32 and tf32 pair only with each other, int8 only with int8.
/// Source: fact sheet 3.1 [documented]; the integer half follows from the integer result.
bool may_pair(DType stationary, DType moving);

/// Checks a matmul against the load_stationary whose weights it uses: dtypes, K and M.
/// Errors: illegal_instruction.
void validate_pair(const LoadStationary& stationary, const Matmul& matmul);

/// Checks that loops nest and close, and that branches stay inside their loop, in one segment of one engine.
/// Errors: illegal_instruction with the index of the instruction.
void validate_control(const std::vector<Instruction>& stream);

}  // namespace inf::isa
