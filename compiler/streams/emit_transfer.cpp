#include "compiler/streams/contraction.h"
#include "compiler/tiles/conv_plan.h"

// Matrices to and from device memory, and from one side of the array to the other.
namespace inf::compiler {

using arch::Engine;
using isa::ScalarOperand;

namespace {

/// Zeros in the slots between heads, before the heads are written.
Horizon clear(Emission& e, MatrixWriter& y, const Piece& piece, const Horizon& after) {
  const Matrix& m = y.matrix();
  if (m.group == m.pitch) return after;
  const int all = e.chip.sbuf.partitions;
  Horizon done = after;
  if (m.tokens())
    return e.emit(e.roles.fill,
                  isa::Memset{.dst = y.at_tokens(piece, 0, static_cast<int>(piece.rows), 0,
                                                 Pattern::row(static_cast<std::uint32_t>(m.slots()))),
                              .value = 0},
                  after);
  for (std::int64_t block = 0; block < m.blocks(all); ++block)
    done.merge(e.emit(e.roles.fill,
                      isa::Memset{.dst = y.at_features(piece, block * all, m.partitions_of(block, all), 0,
                                                       Pattern::row(static_cast<std::uint32_t>(piece.rows))),
                                  .value = 0},
                      after));
  return done;
}

/// Columns that lie together on both sides of a turn: `count` of them from slot `from` of x to slot `to` of y.
struct Run {
  std::int64_t from = 0, to = 0, count = 0;
};
/// `edge_x` and `edge_y`: runs end at multiples of these slots. A cut at a slot of x alone would leave the rest of a
/// head on partitions where no engine can start to write: to features only y's slots count.
std::vector<Run> runs_of(const Matrix& x, const Matrix& y, std::int64_t first, std::int64_t edge_x,
                         std::int64_t edge_y) {
  std::vector<Run> runs;
  for (std::int64_t c = 0; c < y.cols; ++c) {
    const std::int64_t from = x.slot(first + c), to = y.slot(c);
    const bool goes_on = !runs.empty() && runs.back().from + runs.back().count == from &&
                         runs.back().to + runs.back().count == to && from % edge_x != 0 && to % edge_y != 0;
    if (goes_on)
      ++runs.back().count;
    else
      runs.push_back({from, to, 1});
  }
  return runs;
}

class TurnEmitter {
 public:
  TurnEmitter(Emission& e, const TurnTile& t)
      : e_(e), t_(t), x_(e, t.x, MatrixClocks::kRowRun), y_(e, t.y, MatrixClocks::kRowRun) {}
  ~TurnEmitter() {
    for (const Slot& s : cast_) e_.sbuf.release(s);
  }
  Generator run();

 private:
  Generator to_features();
  Generator to_tokens();
  isa::Access operand(const isa::Access& src, Horizon& ready);
  Horizon move(const isa::Access& dst, const isa::Access& src, const Horizon& after) {
    return evict(e_, {}, dst, src, t_.alpha, ScalarOperand::imm(0), dst, after);
  }

  Emission& e_;
  const TurnTile& t_;
  MatrixReader x_;
  MatrixWriter y_;
  std::vector<Slot> cast_;
  std::size_t next_cast_ = 0;
};

/// The source in the type that the tensor engine takes.
isa::Access TurnEmitter::operand(const isa::Access& src, Horizon& ready) {
  if (src.dtype == e_.program.compute) return src;
  if (cast_.empty())
    for (int i = 0; i < kBandSlots; ++i)
      cast_.push_back(e_.sbuf.allocate(std::int64_t{e_.chip.tensor.columns} * size_of(e_.program.compute)));
  Slot& s = cast_[++next_cast_ % cast_.size()];
  const isa::Access out = sbuf_access(s.offset, src.start_partition, src.partitions, e_.program.compute,
                                      Pattern::row(static_cast<std::uint32_t>(src.elements_per_partition())));
  ready = s.written = e_.emit(Engine::vector, isa::TensorCopy{.dst = out, .src = src}, ready + s.free());
  s.used = {};
  return out;
}

Generator TurnEmitter::to_features() {
  const int all = e_.chip.sbuf.partitions, columns = e_.chip.tensor.columns;
  const Matrix &x = x_.matrix(), &y = y_.matrix();
  const std::vector<Run> runs = runs_of(x, y, t_.first, x.slots(), columns);
  for (std::int64_t block = 0; block < x.blocks(all); ++block) {
    const Piece in = x_.tokens(block);
    const int n = static_cast<int>(in.rows);
    const Piece out = y_.features(in.first_row, n);
    const Horizon free = clear(e_, y_, out, y_.free(out));
    Horizon used;
    for (const Run& run : runs) {
      Horizon ready = x_.ready(in, block);
      const int count = static_cast<int>(run.count), bank = e_.psum.take();
      const isa::Access src =
          operand(x_.at_tokens(in, 0, n, run.from, Pattern::row(static_cast<std::uint32_t>(count))), ready);
      const isa::Access psum = psum_access(e_.chip, bank, count, Pattern::row(static_cast<std::uint32_t>(n)));
      const Horizon turned = transpose(e_, psum, src, ready + e_.psum.free(bank));
      if (!cast_.empty()) cast_[next_cast_ % cast_.size()].used = turned;
      used.merge(turned);
      const Horizon done =
          move(y_.at_features(out, run.to, count, 0, Pattern::row(static_cast<std::uint32_t>(n))), psum, turned + free);
      e_.psum.free(bank) = done;
      y_.wrote(out, run.to / all, done);
    }
    x_.done(in, used);
    y_.finish(out);
    co_yield 0;
  }
}

Generator TurnEmitter::to_tokens() {
  const int all = e_.chip.sbuf.partitions, columns = e_.chip.tensor.columns;
  const Matrix &x = x_.matrix(), &y = y_.matrix();
  const std::vector<Run> runs = runs_of(x, y, t_.first, all, y.slots());
  for (std::int64_t block = 0; block < y.blocks(all); ++block) {
    const Piece out = y_.tokens(block);
    const Horizon free = clear(e_, y_, out, y_.free(out));
    const std::int64_t per = y.blocks_per_sequence(all);
    for (std::int64_t sub = 0; sub < out.rows; sub += columns) {
      const int n = static_cast<int>(std::min<std::int64_t>(columns, out.rows - sub));
      const std::int64_t row = t_.order.at(block / per, block % per * all + sub);
      const Piece in = x_.features(row, (n - 1) * t_.order.step + 1);
      Horizon used;
      for (std::int64_t xb = 0; xb < x.blocks(all); ++xb) {
        std::vector<Run> mine;
        for (const Run& r : runs)
          if (r.from / all == xb) mine.push_back(r);
        if (mine.empty()) continue;
        const int slots = x.partitions_of(xb, all), bank = e_.psum.take();
        const isa::Access src =
            x_.at_features(in, xb * all, slots, 0,
                           Pattern::row(static_cast<std::uint32_t>(n), static_cast<std::int32_t>(t_.order.step)));
        isa::Access psum = psum_access(e_.chip, bank, n, Pattern::row(static_cast<std::uint32_t>(slots)));
        const Horizon turned = transpose(e_, psum, src, x_.ready(in, xb) + e_.psum.free(bank));
        used.merge(turned);
        Horizon done;
        for (const Run& r : mine) {
          const Pattern run = Pattern::row(static_cast<std::uint32_t>(r.count));
          isa::Access part = psum;
          part.free = run;
          part.offset += (r.from - xb * all) * 4;
          done.merge(move(y_.at_tokens(out, static_cast<int>(sub), n, r.to, run), part, turned + free));
        }
        e_.psum.free(bank) = done;
        y_.wrote(out, block, done);
      }
      x_.done(in, used);
    }
    y_.finish(out);
    co_yield 0;
  }
}

Generator TurnEmitter::run() { return y_.matrix().tokens() ? to_tokens() : to_features(); }

}  // namespace

Generator emit_turn(Emission& e, const TurnTile& t) { return drive<TurnEmitter>(e, t); }

Generator emit_fetch(Emission& e, const FetchTile& t) {
  const int all = e.chip.sbuf.partitions;
  MatrixWriter y(e, t.y, MatrixClocks::kRowRun);
  const Matrix& m = y.matrix();
  const auto heads = static_cast<std::uint32_t>(m.cols / m.group), group = static_cast<std::uint32_t>(m.group);
  if (m.tokens()) {
    const bool gaps = m.group != m.pitch;
    const Pattern there = gaps ? Pattern::grid({static_cast<std::int32_t>(m.group), heads}, {1, group})
                               : Pattern::row(static_cast<std::uint32_t>(m.cols)),
                  here = gaps ? Pattern::grid({static_cast<std::int32_t>(m.pitch), heads}, {1, group})
                              : Pattern::row(static_cast<std::uint32_t>(m.cols));
    const std::int64_t per = m.blocks_per_sequence(all);
    for (std::int64_t block = 0; block < m.blocks(all); ++block) {
      const Piece piece = y.tokens(block);
      const int n = static_cast<int>(piece.rows);
      const Horizon free = clear(e, y, piece, y.free(piece));
      const std::int64_t row = t.order.at(block / per, block % per * all);
      y.wrote(piece, block,
              e.load_aside(y.at_tokens(piece, 0, n, 0, here),
                           dram_access(e.program, t.x, t.start + row * t.row_step, n, t.order.step * t.row_step, there),
                           t.x, e.dram.whole(t.x), free));
      y.finish(piece);
      co_yield 0;
    }
    co_return;
  }
  for (std::int64_t row = 0; row < m.rows; row += MatrixClocks::kRowRun) {
    const std::int64_t rows = std::min(MatrixClocks::kRowRun, m.rows - row);
    const Piece piece = y.features(row, rows);
    const Horizon free = y.free(piece);
    for (std::int64_t block = 0; block < m.blocks(all); ++block) {
      const int n = m.partitions_of(block, all);
      const auto count = static_cast<std::uint32_t>(rows);
      y.wrote(piece, block,
              e.load_aside(y.at_features(piece, block * all, n, 0, Pattern::row(count)),
                           dram_access(e.program, t.x, t.start + row * t.row_step + block * all * t.col_step, n,
                                       t.col_step, Pattern::row(count, static_cast<std::int32_t>(t.row_step))),
                           t.x, e.dram.whole(t.x), free));
    }
    y.finish(piece);
    co_yield 0;
  }
}

Generator emit_deposit(Emission& e, const DepositTile& t) {
  const int all = e.chip.sbuf.partitions;
  MatrixReader x(e, t.x);
  const Matrix& m = x.matrix();
  const Pattern run = Pattern::row(static_cast<std::uint32_t>(m.slots()));
  for (std::int64_t block = 0; block < m.blocks(all); ++block) {
    const Piece piece = x.tokens(block);
    const int n = static_cast<int>(piece.rows);
    x.done(piece, e.store(dram_access(e.program, t.y, t.start + piece.first_row * m.cols, n, m.cols, run),
                          x.at_tokens(piece, 0, n, 0, run), t.y, e.dram.whole(t.y), x.ready(piece, block)));
    co_yield 0;
  }
}

}  // namespace inf::compiler
