#include <algorithm>

#include "compiler/streams/emission.h"
#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/copy_plan.h"

// Transposes of two axes in blocks of 32 x 32. Each group of 32 partitions takes 32 columns of many rows: row 32 k + p
// of the tile on its partition p, block k. After the instruction a partition holds one column, its rows side by side.
namespace inf::compiler {

using arch::Engine;

namespace {

class TransposeEmitter {
 public:
  TransposeEmitter(Emission& e, const TransposeTile& t)
      : e_(e),
        t_(t),
        dtype_(e.program.tensor(e.program.root(t.x)).dtype),
        groups_(static_cast<int>(
            std::min<std::int64_t>(e.chip.sbuf.partitions, (t.columns + kBlock - 1) / kBlock * kBlock) / kBlock)) {}
  Generator run();

 private:
  void allocate();
  /// Rows [row, row + rows) of one group's columns, where a whole block or a part of the last one is.
  Horizon load_blocks(const Slot& slot, int group, std::int64_t x, std::int64_t row, std::int64_t rows, int columns,
                      const Horizon& after);
  void tile(std::int64_t x, std::int64_t y, std::int64_t row, std::int64_t column);

  Emission& e_;
  const TransposeTile& t_;
  DType dtype_;
  int groups_;
  std::vector<Slot> in_, out_;
  std::size_t turn_ = 0;
  Horizon y_free_;
};

/// Blocks at the edges are not full, and the instruction reads whole ones.
void TransposeEmitter::allocate() {
  const std::int64_t elements = t_.piece * kBlock;
  const bool edges = t_.rows % kBlock != 0 || t_.columns % kBlock != 0;
  for (int i = 0; i < kBandSlots; ++i) {
    in_.push_back(e_.sbuf.allocate(elements * size_of(dtype_)));
    out_.push_back(e_.sbuf.allocate(elements * size_of(dtype_)));
    Slot& s = in_.back();
    if (!edges) continue;
    const isa::Access all = sbuf_access(s.offset, 0, groups_ * static_cast<int>(kBlock), dtype_,
                                        Pattern::row(static_cast<std::uint32_t>(elements)));
    s.written = e_.emit(e_.roles.fill, isa::Memset{.dst = all, .value = 0}, s.free());
  }
}

Horizon TransposeEmitter::load_blocks(const Slot& slot, int group, std::int64_t x, std::int64_t row, std::int64_t rows,
                                      int columns, const Horizon& after) {
  const auto count = static_cast<std::uint32_t>(columns);
  const auto block_step = static_cast<std::int32_t>(kBlock * t_.x_row);
  const auto load = [&](std::int64_t first, int partitions, std::uint32_t blocks) {
    return e_.load(sbuf_access(slot.offset + first * size_of(dtype_), group * static_cast<int>(kBlock), partitions,
                               dtype_, Pattern::grid({static_cast<std::int32_t>(kBlock), blocks}, {1, count})),
                   dram_access(e_.program, t_.x, x + (row + first) * t_.x_row, partitions, t_.x_row,
                               Pattern::grid({block_step, blocks}, {1, count})),
                   t_.x, e_.dram.whole(t_.x), after);
  };
  const std::int64_t whole = rows / kBlock * kBlock;
  Horizon done;
  if (whole > 0) done.merge(load(0, static_cast<int>(kBlock), static_cast<std::uint32_t>(whole / kBlock)));
  if (rows > whole) done.merge(load(whole, static_cast<int>(rows - whole), 1));
  return done;
}

void TransposeEmitter::tile(std::int64_t x, std::int64_t y, std::int64_t row, std::int64_t column) {
  const std::size_t turn = turn_++ % kBandSlots;
  Slot &in = in_[turn], &out = out_[turn];
  const std::int64_t rows = std::min(t_.piece * kBlock, t_.rows - row),
                     columns = std::min<std::int64_t>(groups_ * kBlock, t_.columns - column);
  const Horizon free = in.free();
  Horizon loaded = in.written;
  const int used = static_cast<int>((columns + kBlock - 1) / kBlock);
  for (int g = 0; g < used; ++g) {
    const int width = static_cast<int>(std::min(kBlock, columns - g * kBlock));
    loaded.merge(load_blocks(in, g, x + column + g * kBlock, row, rows, width, free));
  }
  const std::int64_t blocks = (rows + kBlock - 1) / kBlock;
  const auto on_chip = [&](const Slot& s, int partitions, std::int64_t elements) {
    return sbuf_access(s.offset, 0, partitions, dtype_, Pattern::row(static_cast<std::uint32_t>(elements)));
  };
  const int lanes = used * static_cast<int>(kBlock);
  in.written = loaded;
  in.used =
      e_.emit(Engine::vector,
              isa::Transpose32{.dst = on_chip(out, lanes, blocks * kBlock), .src = on_chip(in, lanes, blocks * kBlock)},
              loaded + out.free());
  out.written = in.used;
  const isa::Access dst = dram_access(e_.program, t_.y, y + column * t_.y_column + row, static_cast<int>(columns),
                                      t_.y_column, Pattern::row(static_cast<std::uint32_t>(rows)));
  out.used = e_.store_part(dst, on_chip(out, static_cast<int>(columns), rows), t_.y, y_free_, out.written);
}

Generator TransposeEmitter::run() {
  allocate();
  y_free_ = e_.dram.writable(t_.y, e_.dram.whole(t_.y));
  std::vector<std::int64_t> index(t_.size.size(), 0);
  for (bool more = true; more;) {
    std::int64_t x = 0, y = 0;
    for (std::size_t i = 0; i < index.size(); ++i) {
      x += index[i] * t_.x_step[i];
      y += index[i] * t_.y_step[i];
    }
    for (std::int64_t column = 0; column < t_.columns; column += groups_ * kBlock)
      for (std::int64_t row = 0; row < t_.rows; row += t_.piece * kBlock) {
        tile(x, y, row, column);
        co_yield 0;
      }
    more = false;
    for (std::size_t i = index.size(); i-- > 0 && !more;) {
      more = ++index[i] < t_.size[i];
      if (!more) index[i] = 0;
    }
  }
  for (auto* slots : {&in_, &out_})
    for (const Slot& s : *slots) e_.sbuf.release(s);
}

}  // namespace

Generator emit_transpose(Emission& e, const TransposeTile& t) { return drive<TransposeEmitter>(e, t); }

}  // namespace inf::compiler
