#pragma once
#include <vector>

#include "isa/program/cursor.h"
#include "isa/program/program.h"
#include "isa/table/instructions.h"

namespace inf::isa {

/// Reads the instruction at the cursor up to the end of the line. Accesses may name one of `tensors` instead of dram.
Instruction read_instruction(Cursor& cursor, const std::vector<TensorEntry>& tensors);

/// A dtype's name.
DType read_dtype(Cursor& cursor);

}  // namespace inf::isa
