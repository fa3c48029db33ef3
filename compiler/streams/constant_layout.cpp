#include "compiler/streams/constant_layout.h"

#include <set>

#include "compiler/streams/emission.h"

namespace inf::compiler {
namespace {

template <class Tile>
ConstantLayout layout_of(const TileProgram& program, const Tile& t, const arch::ChipSpec& chip) {
  ConstantLayout layout{t.weights, 0, true, {}};
  const std::int64_t size = size_of(program.tensor(t.weights).dtype);
  for (const WeightLoad& load : weight_loads(program, 0, t, chip)) {
    layout.pieces.push_back({0, load.partitions, load.start, load.run, load.run, load.at});
    layout.bytes = load.at + (load.run * size + 63) / 64 * 64;
  }
  return layout;
}

}  // namespace

std::vector<ConstantLayout> constant_layouts(const TileProgram& program, const TileKind& tile,
                                             const arch::ChipSpec& chip) {
  std::vector<ConstantLayout> layouts;
  if (const auto* linear = std::get_if<LinearTile>(&tile); linear && linear->weights != kNoTensor)
    layouts.push_back(layout_of(program, *linear, chip));
  if (const auto* conv = std::get_if<ConvTile>(&tile); conv && conv->planes.y.any())
    layouts.push_back(layout_of(program, *conv, chip));
  return layouts;
}

std::vector<isa::DmaCopy> preload_copies(const TileProgram& program, const arch::ChipSpec& chip) {
  std::vector<isa::DmaCopy> copies;
  std::set<TensorId> done;
  for (const TileOp& op : program.ops)
    for (const ConstantLayout& layout : constant_layouts(program, op.tile, chip)) {
      const TileTensor& t = program.tensor(layout.tensor);
      if (t.pin < 0 || !done.insert(layout.tensor).second) continue;
      for (const ConstantPiece& piece : layout.pieces) {
        if (piece.at >= t.pinned) continue;
        const Pattern run = Pattern::row(u32(piece.run));
        copies.push_back({.dst = sbuf_access(t.pin + piece.at, piece.start_partition, piece.partitions, t.dtype, run),
                          .src = dram_access(program, layout.tensor, piece.first, piece.partitions, piece.step, run),
                          .queue = static_cast<std::uint8_t>(queue_number(Line::weights))});
      }
    }
  return copies;
}

}  // namespace inf::compiler
