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
  if (std::holds_alternative<isa::DmaCopy>(i.inst.inst.op)) return;
  for (const Touch& t : i.inst.footprint) {
    const std::int64_t bytes = t.access->elements() * size_of(t.access->dtype);
    if (t.box.memory == isa::Memory::sbuf) (t.write ? counters_.sbuf_written : counters_.sbuf_read) += bytes;
    if (t.box.memory == isa::Memory::psum) (t.write ? counters_.psum_written : counters_.psum_read) += bytes;
  }
}

void CounterObserver::retired(const Retired& r) {
  const auto index = static_cast<std::size_t>(r.engine);
  EngineCounters& e = counters_.engines[index];
  e.busy += extend(busy_until_[index], r.start, r.end);
  for (const Stall& s : r.stalls) e.stalls[static_cast<std::size_t>(s.reason)] += s.to - s.from;
  OpCounters* o = op(r.op);
  if (!o) return;
  if (o->last_end == Tick(0) || r.start < o->first_start) o->first_start = r.start;
  o->last_end = std::max(o->last_end, r.visible);
  o->busy[index] += r.end - r.start;
  if (r.opcode == isa::Opcode::matmul || r.opcode == isa::Opcode::transpose) o->matmul += r.end - r.start;
}

void CounterObserver::transferred(const DmaTransfer& t) {
  counters_.dma_busy += extend(dma_until_, t.start, t.end);
  ++counters_.dma_transfers;
  counters_.dma_descriptors += static_cast<std::uint64_t>(t.descriptors);
  counters_.dma_bytes += t.bytes;
  counters_.dram_read += t.dram_read;
  counters_.dram_written += t.dram_written;
  OpCounters* o = op(t.op);
  if (!o) return;
  o->dma_bytes += t.bytes;
  o->dram_read += t.dram_read;
  o->dram_written += t.dram_written;
  if (o->last_end == Tick(0) || t.start < o->first_start) o->first_start = t.start;
  o->last_end = std::max(o->last_end, t.end);
}

}  // namespace inf::sim
