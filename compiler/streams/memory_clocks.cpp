#include "compiler/streams/memory_clocks.h"

#include <fmt/format.h>

#include <utility>

#include "isa/base/error.h"

namespace inf::compiler {

void RegionClocks::note(std::int64_t lo, std::int64_t hi, const Horizon& until) {
  Region fresh{lo, hi, until};
  std::vector<Region> kept;
  for (const Region& r : regions_) {
    if (r.hi <= lo || r.lo >= hi) {
      kept.push_back(r);
      continue;
    }
    fresh.until.merge(r.until);
    if (r.lo < lo) kept.push_back({r.lo, lo, r.until});
    if (r.hi > hi) kept.push_back({hi, r.hi, r.until});
  }
  kept.push_back(fresh);
  regions_ = std::move(kept);
}

Horizon RegionClocks::over(std::int64_t lo, std::int64_t hi) const {
  Horizon until;
  for (const Region& r : regions_)
    if (r.lo < hi && lo < r.hi) until.merge(r.until);
  return until;
}

void SbufArena::turn(std::int64_t begin, std::int64_t end) {
  if (held_ != 0) throw Error(ErrorKind::internal, "SBUF", fmt::format("{} slots outlive their operator", held_));
  low_ = begin;
  high_ = end;
  used_ = 0;
  from_below_ = !from_below_;
}

Slot SbufArena::allocate(std::int64_t bytes) {
  bytes = (bytes + 63) / 64 * 64;
  if (bytes > high_ - low_)
    throw Error(ErrorKind::internal, "SBUF",
                fmt::format("{} bytes per partition do not fit into the {} that are left", bytes, high_ - low_));
  Slot slot;
  slot.offset = from_below_ ? low_ : high_ - bytes;
  slot.bytes = bytes;
  (from_below_ ? low_ : high_) += from_below_ ? bytes : -bytes;
  slot.used = past_.over(slot.offset, slot.offset + bytes);
  used_ += bytes;
  most_ = std::max(most_, used_);
  ++held_;
  return slot;
}

void SbufArena::release(const Slot& slot) {
  past_.note(slot.offset, slot.offset + slot.bytes, slot.free());
  --held_;
}

std::int64_t SbufArena::take_high_water() { return std::exchange(most_, 0); }

DramClocks::DramClocks(const TileProgram& program) : program_(program), states_(program.tensors.size()) {
  // Inputs are there from the start: whoever reuses their bytes waits for their readers.
  for (std::size_t i = 0; i < states_.size(); ++i)
    if (program.tensors[i].role == TileTensor::Role::input) start(static_cast<TensorId>(i));
}

DramClocks::Rows DramClocks::whole(TensorId id) const {
  const Shape& shape = program_.tensor(id).shape;
  return {0, shape.size() == 4 ? shape[2] : 1};
}

DramClocks::Rows DramClocks::in_root(TensorId id, TensorId root, const Rows& rows) const {
  const Shape &part = program_.tensor(id).shape, &all = program_.tensor(root).shape;
  const bool same_planes = part.size() == 4 && all.size() == 4 && part[2] == all[2] && part[3] == all[3];
  return id == root || same_planes ? rows : whole(root);
}

void DramClocks::start(TensorId root) {
  states_[static_cast<std::size_t>(root)].started = true;
  const TileTensor& t = program_.tensor(root);
  order_.push_back({root, t.offset, t.offset + elements(t.shape) * size_of(t.dtype)});
}

Horizon DramClocks::ready(TensorId id, const Rows& rows) const {
  const TensorId root = program_.root(id);
  const Rows want = in_root(id, root, rows);
  const std::vector<Horizon>& written = states_[static_cast<std::size_t>(root)].rows;
  Horizon done;
  for (std::int64_t row = want.first; row < std::min(want.last, static_cast<std::int64_t>(written.size())); ++row)
    done.merge(written[static_cast<std::size_t>(row)]);
  return done;
}

Horizon DramClocks::writable(TensorId id, const Rows& rows) {
  const TensorId root = program_.root(id);
  State& state = states_[static_cast<std::size_t>(root)];
  if (!state.started) {
    start(root);
    const auto [self, lo, hi] = order_.back();
    for (const Started& s : order_)
      if (s.root != self && s.lo < hi && lo < s.hi) state.base.merge(states_[static_cast<std::size_t>(s.root)].all);
  }
  return state.base + state.read + ready(id, rows);
}

void DramClocks::note_read(TensorId id, const Horizon& until) {
  State& state = states_[static_cast<std::size_t>(program_.root(id))];
  state.all.merge(until);
  state.read.merge(until);
}

void DramClocks::note_write(TensorId id, const Rows& rows, const Horizon& until) {
  const TensorId root = program_.root(id);
  State& state = states_[static_cast<std::size_t>(root)];
  state.all.merge(until);
  const Rows written = in_root(id, root, rows);
  if (static_cast<std::int64_t>(state.rows.size()) < written.last)
    state.rows.resize(static_cast<std::size_t>(written.last));
  for (std::int64_t row = written.first; row < written.last; ++row)
    state.rows[static_cast<std::size_t>(row)].merge(until);
}

}  // namespace inf::compiler
