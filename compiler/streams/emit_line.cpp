#include <algorithm>

#include "compiler/streams/emission.h"
#include "compiler/streams/line_compute.h"
#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/line_plan.h"

// Operators along an axis: which lines are where. What one tile computes is in line_compute.cpp.
namespace inf::compiler {
namespace {

/// Lines that lie in SBUF together: `width` neighbours of the inner axis on each of `partitions`.
struct LineSet {
  std::int64_t outer = 0, inner = 0;  ///< of the first line
  int partitions = 1;
  std::int64_t width = 1;
};

std::vector<LineSet> line_sets(const LineTile& t, std::int64_t partitions) {
  std::vector<LineSet> sets;
  if (t.outer_on_partitions) {
    for (std::int64_t o = 0; o < t.outer; o += partitions)
      for (std::int64_t i = 0; i < t.inner; i += t.width)
        sets.push_back({o, i, static_cast<int>(std::min(partitions, t.outer - o)), std::min(t.width, t.inner - i)});
    return sets;
  }
  for (std::int64_t o = 0; o < t.outer; ++o)
    for (std::int64_t i = 0; i < t.inner;) {
      const std::int64_t left = t.inner - i;
      LineSet set{o, i, 1, left};
      if (left >= t.width) {
        set.partitions = static_cast<int>(std::min(partitions, left / t.width));
        set.width = t.width;
      }
      sets.push_back(set);
      i += set.partitions * set.width;
    }
  return sets;
}

class LineEmitter {
 public:
  LineEmitter(Emission& e, const LineTile& t)
      : e_(e),
        t_(t),
        x_type_(e.program.tensor(e.program.root(t.x)).dtype),
        y_type_(e.program.tensor(e.program.root(t.y)).dtype) {}
  Generator run();

 private:
  bool running() const { return t_.kind == LineTile::Kind::running; }
  void tile(const LineSet& set, LinePlace& place);
  void store(const LineSet& set, const LinePlace& place, Slot& y);
  /// Device memory of positions [first, first + count) of a set's lines.
  isa::Access lines(TensorId id, const LineSet& set, std::int64_t first, std::int64_t count) const;

  Emission& e_;
  const LineTile& t_;
  DType x_type_, y_type_;
  std::vector<Slot> x_, y_, work_, state_;
  std::size_t at_x_ = 0, at_y_ = 0, at_work_ = 0, at_state_ = 0;
  Horizon y_free_;
};

isa::Access LineEmitter::lines(TensorId id, const LineSet& set, std::int64_t first, std::int64_t count) const {
  const std::int64_t start = (set.outer * t_.n + first) * t_.inner + set.inner;
  const auto width = static_cast<std::uint32_t>(set.width), positions = static_cast<std::uint32_t>(count);
  return dram_access(e_.program, id, start, set.partitions, t_.outer_on_partitions ? t_.n * t_.inner : set.width,
                     Pattern::grid({static_cast<std::int32_t>(t_.inner), positions}, {1, width}));
}

void LineEmitter::store(const LineSet& set, const LinePlace& place, Slot& y) {
  const std::int64_t count = running() ? place.count : 1;
  const isa::Access src =
      sbuf_access(y.offset, 0, set.partitions, y_type_, Pattern::row(static_cast<std::uint32_t>(count * set.width)));
  const isa::Access dst = running() ? lines(t_.y, set, place.first, place.count)
                                    : dram_access(e_.program, t_.y, set.outer * t_.inner + set.inner, set.partitions,
                                                  t_.outer_on_partitions ? t_.inner : set.width,
                                                  Pattern::row(static_cast<std::uint32_t>(set.width)));
  y.used = e_.store_part(dst, src, t_.y, y_free_, y.written);
}

void LineEmitter::tile(const LineSet& set, LinePlace& place) {
  const std::size_t before = at_work_;
  at_x_ = (at_x_ + 1) % x_.size();
  at_work_ = (at_work_ + 1) % work_.size();
  if (place.begins || running()) at_y_ = (at_y_ + 1) % y_.size();
  if (place.begins) at_state_ = (at_state_ + 1) % state_.size();
  Slot &x = x_[at_x_], &y = y_[at_y_], &work = work_[at_work_], &state = state_[at_state_];
  const isa::Access dst = sbuf_access(x.offset, 0, set.partitions, x_type_,
                                      Pattern::row(static_cast<std::uint32_t>(place.count * set.width)));
  x.written = e_.load(dst, lines(t_.x, set, place.first, place.count), t_.x, e_.dram.whole(t_.x), x.free());
  place.x = x.offset;
  place.y = y.offset;
  place.work = work.offset;
  place.before = work_[before].offset;
  place.state = state.offset;
  const Horizon done =
      compute_line(e_, t_, place, x.written + y.free() + work.free() + work_[before].free() + state.free());
  x.used = work.written = state.written = y.written = done;
  work_[before].used.merge(done);
  if (place.ends || running()) store(set, place, y);
}

Generator LineEmitter::run() {
  const LineBuffers bytes = line_buffers(e_.program, t_);
  for (int i = 0; i < kBandSlots; ++i) {
    x_.push_back(e_.sbuf.allocate(bytes.x));
    y_.push_back(e_.sbuf.allocate(bytes.y));
    work_.push_back(e_.sbuf.allocate(bytes.work));
    state_.push_back(e_.sbuf.allocate(bytes.state));
  }
  y_free_ = e_.dram.writable(t_.y, e_.dram.whole(t_.y));
  const std::int64_t pieces = (t_.n + t_.piece - 1) / t_.piece;
  const bool backwards = t_.reverse || t_.last;
  for (const LineSet& set : line_sets(t_, e_.chip.sbuf.partitions)) {
    std::int64_t before = 0;
    for (std::int64_t i = 0; i < pieces; ++i) {
      LinePlace place;
      place.partitions = set.partitions;
      place.width = set.width;
      place.first = (backwards ? pieces - 1 - i : i) * t_.piece;
      place.count = std::min(t_.piece, t_.n - place.first);
      place.count_before = before;
      place.begins = i == 0;
      place.ends = i + 1 == pieces;
      tile(set, place);
      before = place.count;
      co_yield 0;
    }
  }
  for (auto* slots : {&x_, &y_, &work_, &state_})
    for (const Slot& s : *slots) e_.sbuf.release(s);
}

}  // namespace

Generator emit_line(Emission& e, const LineTile& t) { return drive<LineEmitter>(e, t); }

}  // namespace inf::compiler
