#pragma once
#include "sim/engines/cost.h"
#include "sim/machine/memories.h"

namespace inf::sim {

// Meaning and cost of every instruction that has a datapath or moves data, one pair per row of isa.def. Both stand in
// the one file of their engine or family; an instruction without them does not link. Control instructions are the
// sequencer's (control.h).
//
// execute: what the instruction does to the memories and to the engine's own registers. The same instruction may round
// differently
//          on vector and gpsimd (32-bit integers), so the engine is an argument. Addresses are resolved.
//          Errors: illegal_instruction when data (an index) leads outside an operand.
// cost:    cycles on `engine`.
#define INSTRUCTION(Struct, ...)                                                                    \
  void execute(const isa::Struct& inst, arch::Engine engine, Memories& memory, EngineState& state); \
  Cost cost(const isa::Struct& inst, arch::Engine engine, const arch::ChipSpec& chip);
#include "isa/table/expand.h"

/// Runs any instruction.
void execute(const isa::Operation& op, arch::Engine engine, Memories& memory, EngineState& state);

}  // namespace inf::sim
