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

/// A valid instruction of this opcode with random operands, waits and signal.
/// Errors: internal when the chip cannot execute the opcode.
RandomInstruction random_instruction(Opcode opcode, Random& random, const arch::ChipSpec& chip);

}  // namespace inf::isa
