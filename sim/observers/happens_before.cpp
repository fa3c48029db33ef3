#include "sim/observers/happens_before.h"

#include <algorithm>

namespace inf::sim {

int HappensBefore::agent_of(arch::Engine engine, const isa::Operation& op) {
  const auto* copy = std::get_if<isa::DmaCopy>(&op);
  if (!copy) return static_cast<int>(engine);
  int& slot = slot_of_ring_[static_cast<std::size_t>(engine) * kQueuesPerEngine + copy->queue];
  if (slot == 0) slot = agents_++;
  return slot;
}

void HappensBefore::learn(VectorClock& clock, const Semaphore& s, std::int64_t value) const {
  std::int64_t need = value - s.base, total = 0;
  for (const Decrement& d : s.decrements)
    if (clock.known[static_cast<std::size_t>(d.agent)] >= d.index) need += d.amount;
  for (const Source& source : s.sources) total += source.sum;
  clock.join(s.base_clock, agents_);
  for (const Source& source : s.sources) {
    const std::int64_t own = need - (total - source.sum);
    if (own <= 0) continue;
    const auto at = std::partition_point(source.updates.begin(), source.updates.end(),
                                         [&](const Update& u) { return u.sum < own; });
    if (at == source.updates.end()) continue;
    for (std::size_t i = 0; i < at->clock.size(); ++i) clock.known[i] = std::max(clock.known[i], at->clock[i]);
  }
}

const VectorClock& HappensBefore::acquire(arch::Engine engine, const std::array<isa::Wait, 2>& waits) {
  VectorClock& clock = engines_[static_cast<std::size_t>(engine)];
  for (const isa::Wait& w : waits)
    if (w.used) learn(clock, semaphores_[w.semaphore], w.value);
  return clock;
}

void HappensBefore::release(arch::Engine engine, int agent, std::uint32_t index, const isa::Signal& signal) {
  Semaphore& s = semaphores_[signal.semaphore];
  VectorClock clock = engines_[static_cast<std::size_t>(engine)];
  clock.known[static_cast<std::size_t>(agent)] = index;
  if (signal.kind == isa::SignalKind::write) {
    s = Semaphore{};
    s.base = signal.value;
    s.base_clock = clock;
    return;
  }
  const std::int64_t amount = signal.kind == isa::SignalKind::add ? signal.value : -std::int64_t{signal.value};
  if (amount < 0) {
    s.decrements.push_back({agent, index, -amount});
    return;
  }
  auto source = std::find_if(s.sources.begin(), s.sources.end(), [&](const Source& x) { return x.agent == agent; });
  if (source == s.sources.end()) source = s.sources.insert(s.sources.end(), Source{agent, 0, {}});
  source->sum += amount;
  source->updates.push_back({source->sum, index, {clock.known.begin(), clock.known.begin() + agents_}});
}

void HappensBefore::prune(const VectorClock& known_to_all) {
  for (Semaphore& s : semaphores_)
    for (Source& source : s.sources)
      // The last one stays: a wait for a value below it has to find something not newer than itself.
      while (source.updates.size() > 1 &&
             source.updates[1].index <= known_to_all.known[static_cast<std::size_t>(source.agent)])
        source.updates.pop_front();
}

}  // namespace inf::sim
