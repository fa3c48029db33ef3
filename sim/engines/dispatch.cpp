#include "sim/engines/execute.h"

namespace inf::sim {

void execute(const isa::Operation& op, arch::Engine engine, Memories& memory, EngineState& state) {
  std::visit([&](const auto& inst) { execute(inst, engine, memory, state); }, op);
}

Cost cost(const isa::Operation& op, arch::Engine engine, const arch::ChipSpec& chip) {
  return std::visit([&](const auto& inst) { return cost(inst, engine, chip); }, op);
}

}  // namespace inf::sim
