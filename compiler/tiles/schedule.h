#pragma once
#include <utility>
#include <vector>

#include "compiler/tiles/tile_program.h"

namespace inf::compiler {

/// One turn of an operator: the images [first, first + images) of its batch; 0 images: all of them.
struct Step {
  std::size_t op = 0;
  std::int64_t first = 0, images = 0;
};

/// The order in which operators run. Neighbours with the same TileOp::group take turns on so many images at a time, so
/// that what they hand on stays small.
std::vector<Step> schedule(const TileProgram& program);

/// First and last operator of each run that takes turns, by index into TileProgram::ops.
std::vector<std::pair<int, int>> runs_in_turns(const TileProgram& program);

/// How often an operator runs in a call: turns over the batch.
std::int64_t turns(const TileProgram& program, const TileOp& op);
/// Whether it is the last turn of its operator.
bool is_last(const TileProgram& program, const Step& step);

/// First and last operator that needs each plane's place, by index into TileProgram::ops; -1 for unused ones. A plane
/// of all images lives through every turn of a group that touches it.
struct PlaneLife {
  int first = -1, last = -1;
};
std::vector<PlaneLife> plane_lives(const TileProgram& program);
/// Whether the plane holds the images of one turn only.
bool is_partial(const TileProgram& program, PlaneId plane);
/// End of the planes that lie in SBUF while operator `op` works: bytes per partition.
std::int64_t planes_end(const TileProgram& program, const std::vector<PlaneLife>& lives, std::size_t op,
                        int partitions);

/// Bytes per partition that an operator on planes works in beside them.
std::int64_t workspace_on_planes(const TileKind& tile, const arch::ChipSpec& chip);

/// Gives every plane its place in SBUF by its lifetime, behind the resident constants and below the ring of weights.
/// False when they do not fit beside what their operators work in.
bool place_planes(TileProgram& program, const arch::ChipSpec& chip);

}  // namespace inf::compiler
