#pragma once
#include <vector>

#include "compiler/tiles/tile_program.h"
#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// One transfer of a constant: `run` neighbouring elements to each of some partitions, all at the same byte.
struct ConstantPiece {
  int start_partition = 0, partitions = 0;
  std::int64_t first = 0, step = 0, run = 0;  ///< elements: of the first partition, from one to the next, on each
  std::int64_t at = 0;                        ///< bytes from where the constant starts in each partition
};

/// A constant that an operator takes into SBUF whole and unchanged, so that it may stay there from call to call.
struct ConstantLayout {
  TensorId tensor = kNoTensor;
  std::int64_t bytes = 0;  ///< of each partition
  bool splits = false;     ///< some first pieces may stay without the others
  std::vector<ConstantPiece> pieces;
};

/// What of its constants an operator's weights are; empty for operators without. A piece starts at a multiple of 64
/// bytes.
std::vector<ConstantLayout> constant_layouts(const TileProgram& program, const TileKind& tile,
                                             const arch::ChipSpec& chip);

/// The copies that put everything that stays into SBUF when the model is loaded.
std::vector<isa::DmaCopy> preload_copies(const TileProgram& program, const arch::ChipSpec& chip);

}  // namespace inf::compiler
