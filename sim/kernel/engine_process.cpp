#include "sim/kernel/engine_process.h"

#include <algorithm>

namespace inf::sim {

EngineProcess::EngineProcess(sc_core::sc_module_name name, arch::Engine engine, const Datapath& idle,
                             const Links& links)
    : sc_module(name),
      engine_(engine),
      links_(links),
      wake_("wake"),
      step_(static_cast<int>(Step::first_engine) + static_cast<int>(engine)),
      sequencer_(idle, links.semaphores.bank(), links.ports, links.times) {
  SC_METHOD(step);
  sensitive << wake_;
  dont_initialize();
}

void EngineProcess::begin(InstructionStream& stream, IssueSink& sink, Tick at) {
  stream_ = &stream;
  sink_ = &sink;
  planned_.reset();
  sequencer_.begin(at);
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
      links_.listener.maybe_done();
      return;
    }
    const std::optional<Candidate> c = candidate(*d, now);
    if (!c) {
      blocked_ = true;
      return;
    }
    if (c->at > now && !d->work.internal) {
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
  const Candidate c = sequencer_.look(d.work, now);
  if (c.unknown < 0) return c;
  links_.semaphores.wait(c.unknown, *this);
  return std::nullopt;
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

void EngineProcess::keep_stalls(const IssueWork& work, const Candidate& c, const Sequencer::Times& t) {
  stall_count_ = 0;
  const auto keep = [&](StallReason reason, Tick from, Tick to) {
    if (reason != StallReason::datapath) from = std::max(from, t.busy);
    if (to <= from || stall_count_ == stalls_.size()) return false;
    stalls_[stall_count_++] = Stall{reason, from, to};
    return true;
  };
  keep(StallReason::issue, t.turned, t.decoded);
  if (keep(c.last_wait.by.is_dma ? StallReason::dma : StallReason::semaphore, t.decoded, t.semaphores)) {
    stalls_[stall_count_ - 1].semaphore = c.semaphore;
    stalls_[stall_count_ - 1].by = c.last_wait.by;
  }
  if (work.on_sequencer) {
    if (work.queue >= 0) keep(StallReason::trigger, t.start, t.triggered);
    return;
  }
  keep(StallReason::datapath, t.semaphores, t.datapath);
  keep(StallReason::table_load, t.datapath, t.tables);
  keep(StallReason::sbuf_port, t.tables, t.sbuf);
  keep(StallReason::psum_port, std::max(t.sbuf, t.tables), t.psum);
}

void EngineProcess::issue(const Decoded& d, const Candidate& c) {
  const Sequencer::Times t = sequencer_.issue(d.work, d.cost, c);
  keep_stalls(d.work, c, t);
  sink_->issued({engine_, d, t.start});
  if (sink_->watched())
    sink_->retired({engine_, d.pc, d.op, d.opcode(), t.start, t.end, t.visible, {stalls_.data(), stall_count_}, d});
  if (d.work.queue >= 0)
    links_.dma.trigger(engine_, d, t.triggered);
  else if (d.work.signal.used)
    links_.semaphores.post(d.work.signal, t.signalled, {false, static_cast<std::uint8_t>(engine_)});
}

}  // namespace inf::sim
