#include "compiler/streams/weight_ring.h"

#include <algorithm>

#include "compiler/streams/emission.h"
#include "compiler/streams/plan_sbuf.h"
#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/schedule.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace {

std::int64_t bytes_of(const TileProgram& program, const WeightLoad& load) {
  return (load.run * size_of(program.compute) + 63) / 64 * 64;
}

bool bounds_a_loop(const TileKind& tile) {
  return std::holds_alternative<LoopTile>(tile) || std::holds_alternative<EndLoopTile>(tile);
}

/// Where the loads of one constant lie one behind the other, and which of them stay.
void note_stays(const TileProgram& program, std::vector<WeightLoad>& loads) {
  std::int64_t at = 0;
  for (WeightLoad& load : loads) {
    const TileTensor& weights = program.tensor(load.weights);
    load.at = at;
    if (at < weights.pinned) load.stays = weights.pin + at;
    at += bytes_of(program, load);
  }
}

}  // namespace

std::vector<WeightLoad> weight_loads(const TileProgram& program, std::size_t op, const LinearTile& t,
                                     const arch::ChipSpec& chip) {
  std::vector<WeightLoad> loads;
  if (t.w != kNoMatrix) return loads;
  const Matrix &x = program.matrix(t.x), &y = program.matrix(t.y);
  const int all = chip.sbuf.partitions;
  const std::int64_t blocks = x.blocks(all), used = std::min<std::int64_t>(all, x.slots());
  for (std::int64_t column = 0; column < y.slots(); column += t.column_block)
    loads.push_back({.op = op,
                     .weights = t.weights,
                     .partitions = static_cast<int>(used),
                     .start = column * blocks * used,
                     .run = blocks * std::min(t.column_block, y.slots() - column)});
  note_stays(program, loads);
  return loads;
}

std::vector<WeightLoad> weight_loads(const TileProgram& program, std::size_t op, const ConvTile& t,
                                     const arch::ChipSpec& chip) {
  std::vector<WeightLoad> loads;
  const std::int64_t steps = total_steps(t);
  for (std::int64_t first = 0; t.planes.y.any() && first < t.y_channels; first += t.chunk)
    loads.push_back({.op = op,
                     .weights = t.weights,
                     .partitions = widest_step(t),
                     .start = first * steps * chip.sbuf.partitions,
                     .run = steps * std::min<std::int64_t>(t.chunk, t.y_channels - first)});
  note_stays(program, loads);
  return loads;
}

std::vector<WeightLoad> weight_loads(const TileProgram& program, const arch::ChipSpec& chip) {
  std::vector<WeightLoad> all;
  bool waits = false;
  for (const Step& step : schedule(program)) {
    const TileKind& tile = program.ops[step.op].tile;
    waits = waits || bounds_a_loop(tile) || program.ceilings.empty() ||
            program.ceilings[step.op] > sbuf_end(program, chip) - program.weight_ring;
    std::vector<WeightLoad> own;
    if (const auto* linear = std::get_if<LinearTile>(&tile)) own = weight_loads(program, step.op, *linear, chip);
    if (const auto* conv = std::get_if<ConvTile>(&tile)) own = weight_loads(program, step.op, *conv, chip);
    std::erase_if(own, [](const WeightLoad& load) { return load.stays >= 0; });
    if (own.empty()) continue;
    own.front().waits = waits;
    waits = false;
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

bool WeightRing::has_room(std::int64_t bytes) const {
  const std::int64_t at = place(bytes);
  const auto meets = [&](const Slot& s) { return s.offset < at + bytes && at < s.offset + s.bytes; };
  return std::none_of(taken_.begin(), taken_.end(), meets) &&
         std::none_of(issued_.begin(), issued_.end(), [&](const Held& h) { return meets(h.slot); });
}

Slot WeightRing::issue(Emission& e, const WeightLoad& load) {
  const std::int64_t bytes = bytes_of(e.program, load);
  if (bytes > end_ - begin_)
    throw Error(ErrorKind::internal, "SBUF", "a block of weights is larger than the ring that it streams through");
  Slot s;
  s.offset = place(bytes);
  s.bytes = bytes;
  s.used = e.sbuf.past().over(s.offset, s.offset + bytes);
  next_ = s.offset + bytes;
  const DType dtype = e.program.compute;
  const Pattern row = Pattern::row(u32(load.run));
  s.written = e.load(sbuf_access(s.offset, 0, load.partitions, dtype, row),
                     dram_access(e.program, load.weights, load.start, load.partitions, load.run, row), load.weights,
                     e.dram.whole(load.weights), s.free());
  return s;
}

void WeightRing::issue_ahead(Emission& e) {
  while (!coming_.empty() && !coming_.front().waits && has_room(bytes_of(e.program, coming_.front()))) {
    const WeightLoad load = coming_.front();
    coming_.pop_front();
    e.streams.set_op(static_cast<std::int32_t>(load.op));
    issued_.push_back({load, issue(e, load)});
  }
  e.streams.set_op(static_cast<std::int32_t>(e.op));
}

Slot WeightRing::take(Emission& e, const WeightLoad& load) {
  Slot s;
  if (load.stays >= 0) {
    s.offset = load.stays;
    return s;
  }
  const auto same = [&](const WeightLoad& next) { return next.weights == load.weights && next.start == load.start; };
  if (!issued_.empty() ? !same(issued_.front().load) : !coming_.empty() && !same(coming_.front()))
    throw Error(ErrorKind::internal, "SBUF", "weights are asked for in another order than they were announced in");
  if (!issued_.empty()) {
    s = issued_.front().slot;
    issued_.pop_front();
  } else {
    if (!coming_.empty()) coming_.pop_front();
    s = issue(e, load);
  }
  taken_.push_back(s);
  issue_ahead(e);
  return s;
}

void WeightRing::release(Emission& e, const Slot& slot) {
  if (slot.bytes == 0) return;
  e.sbuf.past().note(slot.offset, slot.offset + slot.bytes, slot.free());
  std::erase_if(taken_, [&](const Slot& s) { return s.offset == slot.offset; });
  issue_ahead(e);
}

}  // namespace inf::compiler
