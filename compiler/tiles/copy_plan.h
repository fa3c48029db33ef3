#pragma once
#include <optional>
#include <vector>

#include "compiler/pipeline/pipeline.h"
#include "compiler/tiles/tile_program.h"
#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// Drops axes of one element and joins neighbours that run on in both tensors.
void simplify(CopyTile& t);
/// The DMA copies that do `t`: axes joined, what exceeds the axes of a transfer one by one, and first the axis or the
/// part of one that is spread over the DMA engines.
std::vector<CopyTile> copies_of(const TileProgram& program, CopyTile t, const arch::ChipSpec& chip);
OpEstimate estimate_copy(const TileProgram& program, const CopyTile& t, const arch::ChipSpec& chip);

/// Side of a block that vector transposes in place. Source: transpose32, fact sheet 4.4 [documented].
inline constexpr std::int64_t kBlock = 32;

/// A copy whose innermost axes differ, as blocks: the axis of step 1 in x against the axis of step 1 in y. Empty when
/// there are no two such axes.
std::optional<TransposeTile> blocks_of(const CopyTile& copy);
/// Sets `piece` and estimates the time.
OpEstimate plan_transpose(const TileProgram& program, TransposeTile& t, const arch::ChipSpec& chip);

}  // namespace inf::compiler
