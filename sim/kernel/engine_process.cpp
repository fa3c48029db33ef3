#include "sim/kernel/engine_process.h"

#include <algorithm>

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

namespace {

/// What needs no datapath: the sequencer's own instructions, and the trigger of a transfer whose descriptors exist.
bool on_sequencer(const Decoded& d) {
  return d.control || (d.opcode() == isa::Opcode::dma_copy && !d.dynamic) || d.opcode() == isa::Opcode::nop;
}

}  // namespace

EngineProcess::EngineProcess(sc_core::sc_module_name name, arch::Engine engine, const Datapath& idle,
                             const Links& links)
    : sc_module(name),
      engine_(engine),
      idle_(idle),
      datapath_(idle),
      links_(links),
      wake_("wake"),
      step_(static_cast<int>(Step::first_engine) + static_cast<int>(engine)) {
  SC_METHOD(step);
  sensitive << wake_;
  dont_initialize();
}

void EngineProcess::begin(InstructionStream& stream, IssueSink& sink, Tick at) {
  stream_ = &stream;
  sink_ = &sink;
  datapath_ = idle_;
  planned_.reset();
  own_writes_.fill(Tick(0));
  sequencer_ = done_at_ = at;
  blocked_ = drained_ = starved_ = false;
  sleep_until(at);
}

void EngineProcess::step() {
  ++activations_;
  try {
    run_until_asleep();
  } catch (...) {
    links_.fault.store();
  }
}

void EngineProcess::sleep_until(Tick t) { wake_.notify(at_step(t, step_) - sc_core::sc_time_stamp()); }

void EngineProcess::plan(const Candidate& c) {
  planned_ = c;
  sleep_until(c.at);
}

void EngineProcess::run_until_asleep() {
  const Tick now = now_tick();
  blocked_ = false;
  for (;;) {
    const Decoded* d = stream_->current();
    if (!d && stream_->starved()) {
      starved_ = true;
      return;
    }
    if (!d) {
      drained_ = true;
      done_at_ = std::max(done_at_, sequencer_);
      links_.listener.maybe_done();
      return;
    }
    const std::optional<Candidate> c = candidate(*d, now);
    if (!c) {
      blocked_ = true;
      return;
    }
    const bool internal = d->control && !d->inst.waits[0].used && !d->inst.waits[1].used && !d->inst.signal.used &&
                          d->opcode() != isa::Opcode::register_load;
    if (c->at > now && !internal) {
      plan(*c);
      return;
    }
    // The plan still knows who signalled; by now the semaphore itself only shows that it is high enough.
    issue(*d, planned_ && planned_->at == now ? *planned_ : *c);
    planned_.reset();
    stream_->advance([this](const isa::Access& a) { return sink_->load(a); });
  }
}

std::optional<EngineProcess::Candidate> EngineProcess::candidate(const Decoded& d, Tick now) {
  Candidate c;
  c.decoded = sequencer_ + (d.control ? links_.times.control : links_.times.issue);
  c.semaphores = c.decoded;
  for (const isa::Wait& w : d.inst.waits) {
    if (!w.used) continue;
    const auto ready = links_.semaphores.bank().ready(w.semaphore, w.value, now, own_writes_[w.semaphore]);
    if (!ready) {
      links_.semaphores.wait(w.semaphore, *this);
      return std::nullopt;
    }
    if (ready->at > c.semaphores || (c.semaphore < 0 && ready->at > now)) {
      c.semaphores = std::max(c.semaphores, ready->at);
      c.last_wait = *ready;
      c.semaphore = w.semaphore;
    }
  }
  c.at = c.semaphores;
  if (!on_sequencer(d)) c.at = std::max(c.at, datapath_.free_for(d));
  return c;
}

void EngineProcess::feed_advanced() {
  if (!starved_) return;
  starved_ = false;
  const Tick now = now_tick();
  sleep_until(at_step(now, step_) > sc_core::sc_time_stamp() ? now : now + Tick(1));
}

void EngineProcess::semaphore_posted() {
  if (!blocked_) return;
  const Decoded* d = stream_->current();
  if (const auto c = candidate(*d, now_tick())) {  // never in this tick: a posted update lies at least one ahead
    blocked_ = false;
    plan(*c);
  }
}

void EngineProcess::record_stall(StallReason reason, Tick from, Tick to) {
  if (reason != StallReason::datapath) from = std::max(from, datapath_.busy_until());
  if (to <= from || stall_count_ == stalls_.size()) return;
  stalls_[stall_count_++] = Stall{reason, from, to};
}

void EngineProcess::signal(const Decoded& d, Tick visible) {
  done_at_ = std::max(done_at_, visible);
  if (!d.inst.signal.used) return;
  const Tick at = visible + links_.times.engine_visibility;
  if (d.inst.signal.kind == isa::SignalKind::write) own_writes_[d.inst.signal.semaphore] = at;
  links_.semaphores.post(d.inst.signal, at, {false, static_cast<std::uint8_t>(engine_)});
}

void EngineProcess::issue(const Decoded& d, const Candidate& c) {
  stall_count_ = 0;
  record_stall(StallReason::issue, sequencer_, c.decoded);
  if (c.semaphores > c.decoded) {
    const std::size_t before = stall_count_;
    record_stall(c.last_wait.by.is_dma ? StallReason::dma : StallReason::semaphore, c.decoded, c.semaphores);
    if (stall_count_ > before) {
      stalls_[before].semaphore = c.semaphore;
      stalls_[before].by = c.last_wait.by;
    }
  }
  if (on_sequencer(d))
    issue_on_sequencer(d, c);
  else
    issue_on_datapath(d, c);
}

void EngineProcess::issue_on_sequencer(const Decoded& d, const Candidate& c) {
  sink_->issued({engine_, d, c.at});
  Tick end = c.at;
  if (isa::dma_queue(d.inst.op)) {
    end = c.at + links_.times.trigger;
    record_stall(StallReason::trigger, c.at, end);
    links_.dma.trigger(engine_, d, end);
    done_at_ = std::max(done_at_, end);
  } else {
    signal(d, std::max(end, datapath_.last_visible()));  // engines complete in order
  }
  if (sink_->watched())
    sink_->retired({engine_, d.pc, d.op, d.opcode(), c.at, c.at, end, {stalls_.data(), stall_count_}, d});
  sequencer_ = end;
}

void EngineProcess::issue_on_datapath(const Decoded& d, const Candidate& c) {
  record_stall(StallReason::datapath, c.semaphores, c.at);
  const Tick table = datapath_.table_switch(d);
  const Ports::Grant g =
      links_.ports.claim(links_.ports.need(engine_, d.footprint), c.at + table, datapath_.interval(d));
  record_stall(StallReason::table_load, c.at, c.at + table);
  record_stall(StallReason::sbuf_port, c.at + table, g.sbuf_free);
  record_stall(StallReason::psum_port, std::max(g.sbuf_free, c.at + table), g.psum_free);
  const Datapath::Slot slot = datapath_.occupy(d, g.start);
  sink_->issued({engine_, d, g.start});
  if (sink_->watched())
    sink_->retired(
        {engine_, d.pc, d.op, d.opcode(), slot.start, slot.end, slot.visible, {stalls_.data(), stall_count_}, d});
  if (isa::dma_queue(d.inst.op)) {  // gpsimd has built the descriptors; the transfer signals
    links_.dma.trigger(engine_, d, slot.end);
    done_at_ = std::max(done_at_, slot.end);
  } else {
    signal(d, slot.visible);
  }
  sequencer_ = slot.start;
}

}  // namespace inf::sim
