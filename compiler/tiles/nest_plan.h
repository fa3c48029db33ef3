#pragma once
#include <vector>

#include "compiler/pipeline/pipeline.h"
#include "compiler/tiles/tile_program.h"
#include "isa/arch/chip_spec.h"
#include "isa/base/pattern.h"

namespace inf::compiler {

/// How one tile of an operand lies in device memory and in SBUF: a dense buffer in the order of its own steps, so that
/// DMA runs stay long and the engines do the permuting.
struct NestLayout {
  Pattern dram, sbuf;
  std::int64_t elements = 1;  ///< of the buffer, per partition
};
/// `count`: positions of each free axis of `t` in the tile, outermost first.
NestLayout nest_layout(const NestTile& t, const NestOperand& operand, const std::vector<std::int64_t>& count);
/// The counts of a full tile.
std::vector<std::int64_t> full_tile(const NestTile& t);
/// Whether every tile reads the same elements of the operand.
bool is_kept(const NestTile& t, const NestOperand& operand, const arch::ChipSpec& chip);

/// How many fp32 buffers of a tile's shape the computation needs beside its operands.
int nest_buffers(const NestTile& t);

struct NestPlan {
  NestTile tile;
  OpEstimate estimate;
};
/// Chooses the axis that goes on partitions, or a part of one, and the free axes of one tile by estimated time. `nest`
/// has all axes in `size`, outermost first, and no loops; a remainder of a split axis becomes a tile of its own.
std::vector<NestPlan> plan_nest(const TileProgram& program, NestTile nest, const arch::ChipSpec& chip);

}  // namespace inf::compiler
