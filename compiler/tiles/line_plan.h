#pragma once
#include "compiler/pipeline/pipeline.h"
#include "compiler/tiles/tile_program.h"
#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// Elements of a line that max8 takes at once, and the fewest. Source: limits of max8, fact sheet 4.4.
inline constexpr std::int64_t kSearchMost = 16384, kSearchFewest = 8;

/// Chooses what lies on partitions, and sets `width` and `piece`, by estimated time.
OpEstimate plan_line(const TileProgram& program, LineTile& t, const arch::ChipSpec& chip);

/// Buffers of one tile beside x. Units: bytes per partition.
struct LineBuffers {
  std::int64_t x = 0, y = 0;
  std::int64_t work = 0;   ///< running: fp32 sums with the one before; arg_max: the prepared line, values, indices
  std::int64_t state = 0;  ///< what goes on from piece to piece
};
LineBuffers line_buffers(const TileProgram& program, const LineTile& t);

}  // namespace inf::compiler
