#pragma once
#include <cstdint>

#include "isa/table/instructions.h"

namespace inf::sim {

/// Which instruction did it, for messages.
struct Owner {
  std::int64_t pc = 0;
  std::int32_t op = -1;
  isa::Opcode opcode = isa::Opcode::nop;
  arch::Engine engine = arch::Engine::tensor;  ///< or the engine that triggered the DMA
};

}  // namespace inf::sim
