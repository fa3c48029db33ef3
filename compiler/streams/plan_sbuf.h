#pragma once
#include "compiler/streams/emission.h"
#include "compiler/tiles/tile_program.h"
#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// How well the matrices of a program fit. Units: bytes per partition.
struct SbufPlan {
  std::int64_t spare = 0;    ///< what no operator uses at any time; 0 for programs without matrices
  std::int64_t spilled = 0;  ///< of matrices that found no room
};

/// Where the part of SBUF ends that operators use: behind it lies what stays from call to call.
std::int64_t sbuf_end(const TileProgram& program, const arch::ChipSpec& chip);

/// Gives every matrix its place in SBUF by its lifetime, beside what the operators that run meanwhile need to work in;
/// those that find none get one in device memory. How much an operator needs is measured: it is emitted once into a
/// boundless SBUF. Sets Matrix::offset, Matrix::spill and TileProgram::floors.
/// Errors: Error{unsupported} naming the operator that does not fit.
SbufPlan plan_sbuf(TileProgram& program, const arch::ChipSpec& chip);

/// First and last operator that touches each matrix, by index into TileProgram::ops; -1 for unused ones.
struct MatrixLife {
  int first = -1, last = -1;
};
std::vector<MatrixLife> matrix_lives(const TileProgram& program);

/// Where the resident constants lie: parameter columns, then the identity matrix.
Residents place_residents(const TileProgram& program, const arch::ChipSpec& chip);
/// The part of SBUF in which operator `op` may allocate.
std::pair<std::int64_t, std::int64_t> arena_of(const TileProgram& program, std::size_t op, const arch::ChipSpec& chip,
                                               const Residents& residents);

}  // namespace inf::compiler
