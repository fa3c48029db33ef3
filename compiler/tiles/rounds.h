#pragma once
#include <cstdint>

#include "compiler/tiles/lower.h"

namespace inf::compiler {

/// A program for one slice of the batch made into one for `rounds` slices, one after the other: every operator comes
/// once for each round, with matrices and scratch tensors of its own; inputs and outputs become the slices of tensors
/// `rounds` times as long; constants are shared.
Lowered in_rounds(Lowered part, std::int64_t rounds);

/// What a planned program moves between SBUF and device memory for weights, and for matrices that found no room in
/// SBUF. Units: bytes.
std::int64_t streamed_bytes(const TileProgram& program);
/// Whether some matrix found no room.
bool spills(const TileProgram& program);

}  // namespace inf::compiler
