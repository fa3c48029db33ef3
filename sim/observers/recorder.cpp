#include "sim/observers/recorder.h"

#include <algorithm>

#include "sim/engines/stream.h"

namespace inf::sim {
namespace {

std::int64_t apply(std::int64_t value, const SemaphoreUpdate& u) {
  switch (u.kind) {
    case isa::SignalKind::add: return value + u.value;
    case isa::SignalKind::subtract: return value - u.value;
    case isa::SignalKind::write: return u.value;
  }
  return value;
}

std::size_t ring_of(arch::Engine trigger, int queue) {
  return static_cast<std::size_t>(trigger) * kQueuesPerEngine + static_cast<std::size_t>(queue);
}

}  // namespace

EventRef Recorder::who_reached(const isa::Wait& wait, Tick start) const {
  if (!wait.used) return {};
  const Semaphore& semaphore = semaphores_[wait.semaphore];
  const std::vector<Level>& levels = semaphore.levels;
  if (semaphore.rising) {
    const auto at = std::lower_bound(levels.begin(), levels.end(), wait.value,
                                     [](const Level& l, std::int32_t value) { return l.value < value; });
    return at == levels.end() ? EventRef{} : at->by;
  }
  // The latest time until the start at which the value rose to what was waited for.
  for (std::size_t i = levels.size(); i-- > 0;) {
    if (levels[i].at > start || levels[i].value < wait.value) continue;
    if (i == 0 || levels[i - 1].value < wait.value) return levels[i].by;
  }
  return {};
}

void Recorder::retired(const Retired& r) {
  // Steps are large: most programs never move them to more room.
  constexpr std::size_t kSteps = 1 << 16;
  if (recording_.steps.empty()) recording_.steps.reserve(kSteps);
  const auto index = static_cast<std::uint32_t>(recording_.steps.size());
  RecordedStep& step = recording_.steps.emplace_back();
  step.inst = r.inst.inst;
  step.pc = r.pc;
  step.op = r.op;
  step.segment = r.inst.segment;
  step.engine = r.engine;
  step.control = r.inst.control;
  step.dynamic = r.inst.dynamic;
  step.cost = r.inst.cost;
  step.start = r.start;
  step.end = r.end;
  step.visible = r.visible;
  step.first_stall = static_cast<std::uint32_t>(recording_.stalls.size());
  step.stall_count = static_cast<std::uint8_t>(r.stalls.size());
  recording_.stalls.insert(recording_.stalls.end(), r.stalls.begin(), r.stalls.end());
  for (std::size_t i = 0; i < step.waited_for.size(); ++i)
    step.waited_for[i] = who_reached(step.inst.waits[i], r.start);
  last_step_[static_cast<std::size_t>(r.engine)] = {EventRef::Kind::step, index};
  if (const auto queue = isa::dma_queue(step.inst.op)) rings_[ring_of(r.engine, *queue)].triggers.push_back(index);
}

void Recorder::transferred(const DmaTransfer& t) {
  Ring& ring = rings_[ring_of(t.trigger, t.queue)];
  ring.last = {EventRef::Kind::transfer, static_cast<std::uint32_t>(recording_.transfers.size())};
  RecordedTransfer& transfer = recording_.transfers.emplace_back();
  transfer.step = ring.triggers[ring.ended++];
  transfer.trigger = t.trigger;
  transfer.queue = t.queue;
  transfer.op = t.op;
  transfer.first_share = static_cast<std::uint32_t>(recording_.shares.size());
  transfer.share_count = static_cast<std::uint32_t>(t.shares.size());
  transfer.triggered = t.triggered;
  transfer.start = t.start;
  transfer.end = t.end;
  transfer.bytes = t.bytes;
  transfer.dram_read = t.dram_read;
  transfer.dram_written = t.dram_written;
  transfer.descriptors = t.descriptors;
  transfer.move = *t.move;
  recording_.shares.insert(recording_.shares.end(), t.shares.begin(), t.shares.end());
}

void Recorder::updated(const SemaphoreUpdate& u) {
  const EventRef by = u.by.is_dma ? rings_[u.by.index].last : last_step_[u.by.index];
  recording_.updates.push_back({u.semaphore, u.at, u.kind, u.value, by});
  Semaphore& semaphore = semaphores_[static_cast<std::size_t>(u.semaphore)];
  std::vector<Level>& levels = semaphore.levels;
  semaphore.rising = semaphore.rising && u.kind == isa::SignalKind::add && u.value >= 0;
  // Posted ahead, so that a later post may become visible earlier: what is behind it is one step higher.
  const auto place =
      std::upper_bound(levels.begin(), levels.end(), u.at, [](Tick at, const Level& level) { return at < level.at; });
  const std::int64_t before = place == levels.begin() ? 0 : std::prev(place)->value;
  const std::int64_t change = apply(before, u) - before;
  for (auto later = place; later != levels.end(); ++later) later->value += change;
  levels.insert(place, {u.at, before + change, by});
}

}  // namespace inf::sim
