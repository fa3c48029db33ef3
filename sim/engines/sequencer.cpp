#include "sim/engines/sequencer.h"

#include <algorithm>

#include "sim/engines/control.h"

namespace inf::sim {

SequencerTimes::SequencerTimes(const arch::ChipSpec& chip, const arch::Timebase& time) {
  const auto at_least_one = [&](std::int64_t ns) { return std::max(Tick(1), time.from_ns(static_cast<double>(ns))); };
  issue = time.from_ns(static_cast<double>(chip.sequencer.issue_ns));
  control = time.from_ns(static_cast<double>(chip.sequencer.control_ns));
  trigger = time.from_ns(static_cast<double>(chip.dma.trigger_ns));
  // An update is never visible in the tick that makes it: that keeps ties independent of the kernel's order.
  engine_visibility = at_least_one(chip.semaphores.engine_visibility_ns);
  dma_visibility = at_least_one(chip.semaphores.dma_visibility_ns);
}

IssueWork issue_work(const isa::Instruction& inst, const Footprint& footprint, arch::Engine engine, bool dynamic,
                     const arch::PortSpec& ports) {
  const isa::Opcode opcode = isa::opcode(inst.op);
  IssueWork work;
  work.datapath = datapath_use(inst.op);
  work.ports = Ports(ports).need(engine, footprint);
  work.waits = inst.waits;
  work.signal = inst.signal;
  if (const auto queue = isa::dma_queue(inst.op)) work.queue = static_cast<std::int8_t>(*queue);
  work.control = is_control(inst.op);
  work.on_sequencer = work.control || opcode == isa::Opcode::nop || (opcode == isa::Opcode::dma_copy && !dynamic);
  work.internal = work.control && !inst.waits[0].used && !inst.waits[1].used && !inst.signal.used &&
                  opcode != isa::Opcode::register_load;
  return work;
}

void Sequencer::begin(Tick at) {
  datapath_ = idle_;
  own_writes_.fill(Tick(0));
  turned_ = done_at_ = at;
}

Sequencer::Candidate Sequencer::look(const IssueWork& work, Tick now) const {
  Candidate c;
  c.decoded = turned_ + (work.control ? times_.control : times_.issue);
  c.semaphores = c.decoded;
  for (const isa::Wait& w : work.waits) {
    if (!w.used) continue;
    const auto ready = semaphores_.ready(w.semaphore, w.value, now, own_writes_[w.semaphore]);
    if (!ready) {
      c.unknown = w.semaphore;
      return c;
    }
    if (ready->at > c.semaphores || (c.semaphore < 0 && ready->at > now)) {
      c.semaphores = std::max(c.semaphores, ready->at);
      c.last_wait = *ready;
      c.semaphore = w.semaphore;
    }
  }
  c.at = c.semaphores;
  if (!work.on_sequencer) c.at = std::max(c.at, datapath_.free_for(work.datapath));
  return c;
}

Sequencer::Times Sequencer::issue(const IssueWork& work, const Cost& cost, const Candidate& c) {
  Times t;
  t.turned = turned_;
  t.decoded = c.decoded;
  t.semaphores = c.semaphores;
  t.busy = datapath_.busy_until();
  t.datapath = t.tables = t.sbuf = t.psum = t.start = t.end = t.visible = c.at;
  if (!work.on_sequencer) {
    run_on_datapath(work, cost, t);
    turned_ = t.start;
    return t;
  }
  if (work.queue >= 0) {
    t.visible = t.triggered = c.at + times_.trigger;
    done_at_ = std::max(done_at_, t.triggered);
  } else {
    signal(work, std::max(t.visible, datapath_.last_visible()), t);  // engines complete in order
  }
  turned_ = t.visible;
  return t;
}

void Sequencer::run_on_datapath(const IssueWork& work, const Cost& cost, Times& t) {
  t.tables = t.datapath + datapath_.table_switch(work.datapath);
  const Ports::Grant g = ports_.claim(work.ports, t.tables, datapath_.interval(cost));
  t.sbuf = g.sbuf_free;
  t.psum = g.psum_free;
  const Datapath::Slot slot = datapath_.occupy(work.datapath, cost, g.start);
  t.start = slot.start;
  t.end = slot.end;
  t.visible = slot.visible;
  if (work.queue >= 0) {  // gpsimd has built the descriptors; the transfer signals
    t.triggered = slot.end;
    done_at_ = std::max(done_at_, slot.end);
  } else {
    signal(work, slot.visible, t);
  }
}

void Sequencer::signal(const IssueWork& work, Tick visible, Times& t) {
  done_at_ = std::max(done_at_, visible);
  if (!work.signal.used) return;
  t.signalled = visible + times_.engine_visibility;
  if (work.signal.kind == isa::SignalKind::write) own_writes_[work.signal.semaphore] = t.signalled;
}

}  // namespace inf::sim
