#include "sim/engines/place.h"

namespace inf::sim {

std::string place_of(arch::Engine engine, std::int64_t pc, isa::Opcode opcode, std::int32_t op,
                     const isa::ProgramImage& image) {
  std::string text = std::string(arch::name(engine)) + " pc " + std::to_string(pc) + " " + isa::name(opcode);
  if (op >= 0 && static_cast<std::size_t>(op) < image.ops.size())
    text += " (" + image.ops[static_cast<std::size_t>(op)].name + ")";
  return text;
}

}  // namespace inf::sim
