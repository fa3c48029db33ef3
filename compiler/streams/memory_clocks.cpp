#include "compiler/streams/memory_clocks.h"

#include <fmt/format.h>

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

void SbufArena::turn() {
  if (held_ != 0) throw Error(ErrorKind::internal, "SBUF", fmt::format("{} slots outlive their operator", held_));
  low_ = begin_;
  high_ = end_;
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
  ++held_;
  return slot;
}

void SbufArena::release(const Slot& slot) {
  past_.note(slot.offset, slot.offset + slot.bytes, slot.free());
  --held_;
}

DramClocks::DramClocks(const TileProgram& program) : program_(program), states_(program.tensors.size()) {}

DramClocks::Rect DramClocks::whole(TensorId id) const {
  const TileTensor& t = program_.tensor(id);
  if (t.shape.size() == 4) return {0, t.shape[0] * t.shape[1], 0, t.shape[2]};
  return {0, 1, 0, 1};
}

DramClocks::Rect DramClocks::in_root(TensorId id, TensorId root, const Rect& rect) const {
  if (id == root) return rect;
  std::int64_t start = 0;
  program_.root(id, &start);
  const TileTensor &t = program_.tensor(id), &r = program_.tensor(root);
  const bool planes = t.shape.size() == 4 && r.shape.size() == 4 && t.shape[2] == r.shape[2] &&
                      t.shape[3] == r.shape[3] && t.shape[0] == 1;
  if (!planes) return whole(root);
  const std::int64_t shift = start / (r.shape[2] * r.shape[3]);
  return {rect.plane0 + shift, rect.plane1 + shift, rect.row0, rect.row1};
}

std::pair<std::int64_t, std::int64_t> DramClocks::bytes_of(TensorId root) const {
  const TileTensor& t = program_.tensor(root);
  return {t.offset, t.offset + elements(t.shape) * size_of(t.dtype)};
}

Horizon DramClocks::ready(TensorId id, const Rect& rect) const {
  const TensorId root = program_.root(id);
  const Rect want = in_root(id, root, rect);
  const std::vector<Horizon>& rows = states_[static_cast<std::size_t>(root)].rows;
  Horizon done;
  for (std::int64_t row = want.row0; row < std::min(want.row1, static_cast<std::int64_t>(rows.size())); ++row)
    done.merge(rows[static_cast<std::size_t>(row)]);
  return done;
}

Horizon DramClocks::writable(TensorId id, const Rect& rect) {
  const TensorId root = program_.root(id);
  State& state = states_[static_cast<std::size_t>(root)];
  if (!state.started) {
    state.started = true;
    const auto [lo, hi] = bytes_of(root);
    for (TensorId earlier : order_) {
      const auto [l, h] = bytes_of(earlier);
      if (l < hi && lo < h) state.base.merge(states_[static_cast<std::size_t>(earlier)].all);
    }
    order_.push_back(root);
  }
  return state.base + ready(id, rect);
}

void DramClocks::note_read(TensorId id, const Horizon& until) {
  states_[static_cast<std::size_t>(program_.root(id))].all.merge(until);
}

void DramClocks::note_write(TensorId id, const Rect& rect, const Horizon& until) {
  const TensorId root = program_.root(id);
  State& state = states_[static_cast<std::size_t>(root)];
  state.all.merge(until);
  const Rect written = in_root(id, program_.root(id), rect);
  if (static_cast<std::int64_t>(state.rows.size()) < written.row1)
    state.rows.resize(static_cast<std::size_t>(written.row1));
  for (std::int64_t row = written.row0; row < written.row1; ++row)
    state.rows[static_cast<std::size_t>(row)].merge(until);
}

}  // namespace inf::compiler
