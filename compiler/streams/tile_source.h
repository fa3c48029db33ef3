#pragma once
#include <memory>

#include "compiler/tiles/tile_program.h"
#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"

namespace inf::compiler {

/// Tiles -> streams: a program whose instructions are made tile by tile while somebody pulls segments.
std::unique_ptr<isa::ProgramSource> make_source(TileProgram program, const arch::ChipSpec& chip);

}  // namespace inf::compiler
