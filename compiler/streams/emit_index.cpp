#include <algorithm>
#include <optional>

#include "compiler/streams/emission.h"
#include "compiler/tiles/conv_plan.h"

// Rows chosen by run-time indices: a column of indices in SBUF, then one transfer whose descriptors gpsimd makes.
namespace inf::compiler {

using arch::Engine;
using isa::ScalarOperand;
using numerics::AluOp;

namespace {

struct IndexSlots {
  Slot index, shift;
};

/// Negative positions count from the end: index + (index < 0 ? n : 0). The sum is gpsimd's, which is exact.
Horizon wrap(Emission& e, const isa::Access& index, const isa::Access& shift, std::int64_t n, const Horizon& after) {
  isa::TensorScalar below;
  below.dst = shift;
  below.src = index;
  below.op0 = AluOp::lt;
  below.s0 = ScalarOperand::imm(0);
  below.op1 = AluOp::multiply;
  below.s1 = ScalarOperand::imm(static_cast<float>(n));
  const Horizon shifted = e.emit(Engine::vector, below, after);
  return e.emit(Engine::gpsimd, isa::TensorTensor{.dst = index, .a = index, .b = shift, .op = AluOp::add}, shifted);
}

/// The same into tokens in SBUF, one block.
Horizon gather_block(Emission& e, const RowTile& t, MatrixWriter& y, std::int64_t block, const isa::Access& index,
                     const Horizon& after) {
  const auto inner = static_cast<std::uint32_t>(t.inner), n = static_cast<std::uint32_t>(t.n);
  const Piece piece = y.tokens(block);
  isa::DmaGather g;
  g.dst = y.at_tokens(piece, 0, index.partitions, 0, Pattern::row(inner));
  g.table =
      dram_access(e.program, t.table, 0, 1, 0, Pattern::grid({static_cast<std::int32_t>(t.inner), n}, {1, inner}));
  g.index = index;
  g.limit = n;
  const Horizon ready = after + e.dram.ready(t.table, e.dram.whole(t.table)) + y.free(piece);
  const Horizon done = e.streams.copy(Engine::gpsimd, Line::store, g, ready);
  e.dram.note_read(t.table, done);
  y.wrote(piece, block, done);
  y.finish(piece);
  return done;
}

/// One transfer of the rows from `first` on, in the `outer`-th table. Gathered rows do not overlap and wait only for
/// what was there before all of them; written ones may, and keep their order.
Horizon transfer(Emission& e, const RowTile& t, std::int64_t outer, std::int64_t first, const isa::Access& index,
                 const Horizon& gathered_free, const Horizon& after) {
  const auto inner = static_cast<std::uint32_t>(t.inner), n = static_cast<std::uint32_t>(t.n);
  const isa::Access rows = dram_access(e.program, t.rows, (outer * t.count + first) * t.inner, index.partitions,
                                       t.inner, Pattern::row(inner));
  const isa::Access table = dram_access(e.program, t.table, outer * t.n * t.inner, 1, 0,
                                        Pattern::grid({static_cast<std::int32_t>(t.inner), n}, {1, inner}));
  const bool gathers = t.kind == RowTile::Kind::gather;
  const TensorId from = gathers ? t.table : t.rows, to = gathers ? t.rows : t.table;
  const Horizon ready = after + e.dram.ready(from, e.dram.whole(from)) +
                        (gathers ? gathered_free : e.dram.writable(to, e.dram.whole(to)));
  Horizon done;
  if (gathers) {
    isa::DmaGather g;
    g.dst = rows;
    g.table = table;
    g.index = index;
    g.limit = n;
    done = e.streams.copy(Engine::gpsimd, Line::store, g, ready);
  } else {
    isa::DmaScatter s;
    s.table = table;
    s.src = rows;
    s.index = index;
    s.limit = n;
    s.accumulate = t.kind == RowTile::Kind::add;
    done = e.streams.copy(Engine::gpsimd, Line::store, s, ready);
  }
  e.dram.note_read(from, done);
  e.dram.note_write(to, e.dram.whole(to), done);
  return done;
}

}  // namespace

Generator emit_rows_by_index(Emission& e, const RowTile& t) {
  std::vector<IndexSlots> slots;
  for (int i = 0; i < kBandSlots; ++i) slots.push_back({e.sbuf.allocate(4), e.sbuf.allocate(4)});
  std::optional<MatrixWriter> y;
  if (t.y != kNoMatrix) y.emplace(e, t.y);
  Horizon free;
  if (t.kind == RowTile::Kind::gather && !y) free = e.dram.writable(t.rows, e.dram.whole(t.rows));
  std::size_t next = 0;
  for (std::int64_t first = 0; first < t.count; first += e.chip.sbuf.partitions) {
    const int rows = static_cast<int>(std::min<std::int64_t>(e.chip.sbuf.partitions, t.count - first));
    IndexSlots& s = slots[next++ % slots.size()];
    const isa::Access index = sbuf_access(s.index.offset, 0, rows, DType::int32, Pattern::row(1)),
                      shift = sbuf_access(s.shift.offset, 0, rows, DType::int32, Pattern::row(1));
    s.index.written = e.load_aside(index, dram_access(e.program, t.index, first, rows, 1, Pattern::row(1)), t.index,
                                   e.dram.whole(t.index), s.index.free());
    if (t.wraps) s.index.written = s.shift.written = wrap(e, index, shift, t.n, s.index.written + s.shift.free());
    for (std::int64_t outer = 0; outer < t.outer; ++outer) {
      s.index.used.merge(y ? gather_block(e, t, *y, first / e.chip.sbuf.partitions, index, s.index.written)
                           : transfer(e, t, outer, first, index, free, s.index.written));
      co_yield 0;
    }
  }
  for (const IndexSlots& s : slots) {
    e.sbuf.release(s.index);
    e.sbuf.release(s.shift);
  }
}

}  // namespace inf::compiler
