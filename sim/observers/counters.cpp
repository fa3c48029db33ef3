#include "sim/observers/counters.h"

#include <algorithm>

#include "sim/engines/stream.h"

namespace inf::sim {
namespace {

/// Length of [from, to) that lies behind `until`, which moves on: the running union of intervals.
Tick extend(Tick& until, Tick from, Tick to) {
  const Tick begin = std::max(from, until);
  if (to <= begin) return Tick(0);
  until = to;
  return to - begin;
}

}  // namespace

OpCounters* CounterObserver::op(std::int32_t index) {
  return index >= 0 && static_cast<std::size_t>(index) < counters_.ops.size()
             ? &counters_.ops[static_cast<std::size_t>(index)]
             : nullptr;
}

void CounterObserver::issued(const Issued& i) {
  EngineCounters& e = counters_.engines[static_cast<std::size_t>(i.engine)];
  ++e.instructions;
  ++e.by_opcode[static_cast<std::size_t>(i.inst.opcode())];
  OpCounters* o = op(i.inst.op);
  if (o) ++o->instructions;
  if (const auto* m = std::get_if<isa::Matmul>(&i.inst.inst.op)) {
    const std::uint64_t macs = static_cast<std::uint64_t>(m->moving.elements()) * m->dst.partitions;
    counters_.macs += macs;
    if (o) o->macs += macs;
  }
}

void CounterObserver::count_array(const Retired& r, ArrayUse& use) const {
  const auto& m = std::get<isa::Matmul>(r.inst.inst.op);
  const std::int64_t rows = m.moving.partitions, columns = m.dst.partitions;
  const Tick busy = r.end - r.start;
  ++use.matmuls;
  use.busy += busy;
  use.row_ticks += busy.value * rows;
  use.column_ticks += busy.value * columns;
  use.cell_ticks += busy.value * rows * columns;
  use.quarters[static_cast<std::size_t>((rows * 4 - 1) / rows_)]
              [static_cast<std::size_t>((columns * 4 - 1) / columns_)] += busy;
}

void CounterObserver::retired(const Retired& r) {
  const auto index = static_cast<std::size_t>(r.engine);
  EngineCounters& e = counters_.engines[index];
  const Tick busy = extend(busy_until_[index], r.start, r.end);
  e.busy += busy;
  accounted_until_[index] = std::max(accounted_until_[index], r.end);
  for (const Stall& s : r.stalls) {
    e.stalls[static_cast<std::size_t>(s.reason)] += s.to - s.from;
    accounted_until_[index] = std::max(accounted_until_[index], s.to);
  }
  OpCounters* o = op(r.op);
  if (r.opcode == isa::Opcode::matmul) {
    count_array(r, counters_.array);
    if (o) count_array(r, o->array);
  }
  if (!o) return;
  if (o->last_end == Tick(0) || r.start < o->first_start) o->first_start = r.start;
  o->last_end = std::max(o->last_end, r.visible);
  o->busy[index] += busy;
}

void CounterObserver::transferred(const DmaTransfer& t) {
  served_.emplace_back(t.start, t.end);
  ++counters_.dma_transfers;
  counters_.dram_read += t.dram_read;
  counters_.dram_written += t.dram_written;
  OpCounters* o = op(t.op);
  if (!o) return;
  o->dram_read += t.dram_read;
  o->dram_written += t.dram_written;
  if (o->last_end == Tick(0) || t.start < o->first_start) o->first_start = t.start;
  o->last_end = std::max(o->last_end, t.end);
}

Counters CounterObserver::take(Tick end) {
  std::sort(served_.begin(), served_.end());
  Tick served_until;
  for (const auto& [start, stop] : served_) counters_.dma_busy += extend(served_until, start, stop);
  for (std::size_t i = 0; i < counters_.engines.size(); ++i)
    counters_.engines[i].stalls[static_cast<std::size_t>(StallReason::finished)] +=
        extend(accounted_until_[i], accounted_until_[i], end);
  return std::move(counters_);
}

}  // namespace inf::sim
