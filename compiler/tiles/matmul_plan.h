#pragma once
#include "compiler/tiles/tile_program.h"
#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// Rows of `a` that one matmul streams: as many as a PSUM bank and a quarter of SBUF hold.
int matmul_row_tile(const MatMulTile& t, const arch::ChipSpec& chip, int element_size);

}  // namespace inf::compiler
