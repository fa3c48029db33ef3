#include "sim/kernel/calls.h"

#include <algorithm>
#include <numeric>

namespace inf::sim {

Calls::Calls(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time,
             std::vector<Seat> seats, NeuronLinks& links)
    : sc_module(name),
      consumers_(seats.size()),
      links_(links),
      message_(time.from_ns(static_cast<double>(chip.dma.start_ns + chip.semaphores.dma_visibility_ns))),
      wake_("wake") {
  for (const Seat& seat : seats) {
    const std::vector<Feed>& feeds = seat.program.program.feeds;
    for (std::size_t f = 0; f < feeds.size(); ++f)
      consumers_[static_cast<std::size_t>(feeds[f].producer)].push_back({cores_.size(), f});
    cores_.push_back({seat, std::vector<std::deque<Arrival>>(feeds.size()), std::nullopt, Tick(0)});
  }
  for (std::size_t i = 0; i < cores_.size(); ++i) {
    cores_[i].seat.program.feeds_others = !consumers_[i].empty();
    module(cores_[i]).on_done = [this, i](Tick end) {
      cores_[i].end = end;
      wake_at(wake_, end, Step::calls);
    };
  }
  SC_METHOD(step);
  sensitive << wake_;
  dont_initialize();
}

void Calls::start() {
  std::vector<std::size_t> order(cores_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto first = [this](std::size_t i) { return cores_[i].seat.program.program.first_start; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return first(a) < first(b); });
  for (const std::size_t i : order)
    if (cores_[i].seat.program.program.host_copies) fetch_inputs(cores_[i], first(i));
  step();
}

void Calls::fetch_inputs(Core& core, Tick at) {
  HostLink& host = core.seat.chip.host;
  const Tick takes = core.seat.program.copy_time(host, isa::TensorEntry::Role::input);
  core.inputs_at = host.copy(HostLink::Direction::in, takes, at);
}

void Calls::step() {
  ++activations_;
  const Tick now = now_tick();
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t i = 0; i < cores_.size(); ++i) {
      try {
        moved |= advance(i, now);
      } catch (...) {
        cores_[i].seat.program.fault.store();
        return;
      }
    }
  }
  for (std::size_t i = 0; i < cores_.size(); ++i) {
    if (cores_[i].end)
      wake_at(wake_, *cores_[i].end, Step::calls);
    else if (const auto start = may_start(i))
      wake_at(wake_, *start, Step::calls);
  }
}

/// Ends a call that is over, or begins one that may begin by `now`; true when it did either.
bool Calls::advance(std::size_t index, Tick now) {
  Core& core = cores_[index];
  if (core.end && *core.end <= now) {
    finish(index);
    return true;
  }
  const std::optional<Tick> start = may_start(index);
  if (!start || *start > now) return false;
  begin(index, now);
  return true;
}

/// When the next call may begin; nothing where there is none, one runs, or something that it waits for is not known.
std::optional<Tick> Calls::may_start(std::size_t index) const {
  const Core& core = cores_[index];
  const ProgramOnCore& p = core.seat.program;
  if (p.begun > p.ended || p.begun == p.program.calls) return std::nullopt;
  Tick start = p.begun == 0 ? p.program.first_start : p.run.call_end.back() + p.program.gap;
  if (p.program.host_copies) start = std::max(start, core.inputs_at);
  for (const auto& arrived : core.arrived) {
    if (arrived.empty()) return std::nullopt;
    start = std::max(start, arrived.front().at);
  }
  for (const Consumer& c : consumers_[index]) {
    const ProgramOnCore& to = cores_[c.core].seat.program;
    const int freed = p.begun - to.program.feeds[c.feed].buffers;  // the call there that must have ended
    if (freed < 0 || freed >= to.program.calls) continue;
    if (to.ended <= freed) return std::nullopt;
    start = std::max(start, to.run.call_end[static_cast<std::size_t>(freed)]);
  }
  return start;
}

void Calls::begin(std::size_t index, Tick now) {
  Core& core = cores_[index];
  ProgramOnCore& p = core.seat.program;
  const bool engines_to_come = sc_core::sc_time_stamp() < at_step(now, Step::first_engine);
  const Tick at = engines_to_come ? now : now + Tick(1);
  if (p.begun > 0) p.run.waited += at - (p.run.call_end.back() + p.program.gap);
  std::vector<Values> fed;
  for (auto& arrived : core.arrived) {
    fed.push_back(std::move(arrived.front().values));
    arrived.pop_front();
  }
  HostLink& host = core.seat.chip.host;
  if (p.program.host_copies && p.begun + 1 < p.program.calls) fetch_inputs(core, at);
  NeuronCore& chip_core = module(core);
  Call& call = p.begin(host, core.seat.slot, at, fed);
  call.events_before = chip_core.activations();
  call.feed.on_advance = [&chip_core] { chip_core.feed_advanced(); };
  chip_core.begin(call.streams, *call.sink, at);
}

void Calls::finish(std::size_t index) {
  Core& core = cores_[index];
  ProgramOnCore& p = core.seat.program;
  const Tick end = *core.end;
  core.end.reset();
  if (p.observing()) p.run.result.kernel_events = module(core).activations() - p.call->events_before;
  HostLink& host = core.seat.chip.host;
  const Values values = p.finish(host, core.seat.slot, end);
  if (p.program.host_copies)
    p.run.returned.push_back(
        host.copy(HostLink::Direction::out, p.copy_time(host, isa::TensorEntry::Role::output), end));
  for (const Consumer& c : consumers_[index]) {
    Core& to = cores_[c.core];
    const Feed& feed = to.seat.program.program.feeds[c.feed];
    to.arrived[c.feed].push_back({arrival(core, to, feed.bytes, end), values});
  }
}

Tick Calls::arrival(const Core& from, const Core& to, std::int64_t bytes, Tick at) {
  const int here = from.seat.program.program.chip, there = to.seat.program.program.chip;
  return (here == there ? at : links_.send(here, there, bytes, at)) + message_;
}

}  // namespace inf::sim
