#pragma once
#include <cstdint>

#include "isa/arch/chip_spec.h"
#include "isa/table/instructions.h"

namespace inf::isa {

/// A small counter-based generator: the same numbers on every host.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// low..high, both included.
  std::int64_t between(std::int64_t low, std::int64_t high);
  bool coin() { return (next() & 1) != 0; }

 private:
  std::uint64_t state_;
};

struct RandomInstruction {
  Instruction instruction;
  arch::Engine engine;  ///< validate() accepts the instruction on this engine
};

/// True where the chip has an engine, and the control flow, that the instruction needs.
bool has_instruction(const arch::ChipSpec& chip, Opcode opcode);

/// A valid instruction of this opcode with random operands, waits and signal.
/// Errors: internal unless has_instruction().
RandomInstruction random_instruction(Opcode opcode, Random& random, const arch::ChipSpec& chip);

}  // namespace inf::isa
