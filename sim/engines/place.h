#pragma once
#include <cstdint>
#include <string>

#include "isa/program/program.h"
#include "isa/table/instructions.h"

namespace inf::sim {

/// "gpsimd pc 12 dma_gather (/embedding/Gather)": the instruction, and the operator of the model that it works for.
std::string place_of(arch::Engine engine, std::int64_t pc, isa::Opcode opcode, std::int32_t op,
                     const isa::ProgramImage& image);

}  // namespace inf::sim
