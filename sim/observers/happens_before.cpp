#include "sim/observers/happens_before.h"

#include <algorithm>

namespace inf::sim {

namespace {

/// The sequencer waits for the value: whatever it issues next knows that the read is over, datapath or not.
bool is_sequencer_read(const isa::Operation& op) { return std::holds_alternative<isa::RegisterLoad>(op); }

}  // namespace

int HappensBefore::agent_of(arch::Engine engine, const isa::Operation& op) {
  const auto queue = isa::dma_queue(op);
  if (!queue && !is_sequencer_read(op)) return static_cast<int>(engine);
  const auto e = static_cast<std::size_t>(engine);
  int& slot = slots_[queue ? e * kQueuesPerEngine + *queue : arch::kEngines * kQueuesPerEngine + e];
  if (slot == 0) slot = agents_++;
  return slot;
}

void HappensBefore::learn(VectorClock& clock, const Semaphore& s, std::int64_t value) const {
  std::int64_t need = value - s.base, total = 0;
  for (const Decrement& d : s.decrements)
    if (clock.known[static_cast<std::size_t>(d.by.agent)] >= d.by.index) need += d.amount;
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

/// A count of an epoch that the engine cannot tell from the present one would be enough.
bool HappensBefore::is_stale(const VectorClock& clock, int self, const Semaphore& s, std::int64_t value) {
  if (knows(clock, self, s.now.set)) return false;
  for (std::size_t i = s.past.size(); i-- > 0;) {
    if (s.past[i].most >= value) return true;
    if (knows(clock, self, s.past[i].set)) return false;
  }
  return s.forgotten >= value;
}

std::optional<SemaphoreRace> HappensBefore::acquire(arch::Engine engine, int agent,
                                                    const std::array<isa::Wait, 2>& waits, const Owner& owner) {
  const int self = static_cast<int>(engine);
  VectorClock& clock = engines_[static_cast<std::size_t>(engine)];
  for (const isa::Wait& w : waits) {
    if (!w.used) continue;
    Semaphore& s = semaphores_[w.semaphore];
    if (is_stale(clock, self, s, w.value))
      return SemaphoreRace{SemaphoreRace::Kind::stale_wait, w.semaphore, s.now.set.owner};
    learn(clock, s, w.value);
    Waited& waited = s.waits[static_cast<std::size_t>(engine)];
    // Whoever knows the engine's next instruction to be complete knows that this one has started.
    waited = {true, {self, issued_[static_cast<std::size_t>(self)] + 1, owner}, {}};
    waited.transfer = {agent, issued_[static_cast<std::size_t>(agent)] + 1, owner};
  }
  return std::nullopt;
}

std::uint32_t HappensBefore::begin(arch::Engine engine, int agent, const isa::Operation& op) {
  const std::uint32_t index = ++issued_[static_cast<std::size_t>(agent)];
  if (is_sequencer_read(op)) engines_[static_cast<std::size_t>(engine)].known[static_cast<std::size_t>(agent)] = index;
  return index;
}

/// The last update or write of the epoch that a write by `agent` is not ordered behind.
const HappensBefore::Event* HappensBefore::unordered_before_set(const VectorClock& clock, int agent, const Semaphore& s,
                                                                Event& scratch) {
  if (!knows(clock, agent, s.now.set)) return &s.now.set;
  for (const Source& source : s.sources) {
    scratch = {source.agent, source.updates.back().index, source.last};
    if (!knows(clock, agent, scratch)) return &scratch;
  }
  for (const Decrement& d : s.decrements)
    if (!knows(clock, agent, d.by)) return &d.by;
  return nullptr;
}

const HappensBefore::Waited* HappensBefore::unordered_wait(const VectorClock& clock, int engine, const Semaphore& s) {
  for (int e = 0; e < arch::kEngines; ++e) {
    const Waited& w = s.waits[static_cast<std::size_t>(e)];
    if (e != engine && w.used && !knows(clock, -2, w.engine) && !knows(clock, -2, w.transfer)) return &w;
  }
  return nullptr;
}

std::optional<SemaphoreRace> HappensBefore::set(const VectorClock& clock, int engine, const Event& by,
                                                const isa::Signal& signal) {
  Semaphore& s = semaphores_[signal.semaphore];
  Event scratch;
  if (const Event* other = unordered_before_set(clock, by.agent, s, scratch))
    return SemaphoreRace{SemaphoreRace::Kind::set_over_update, signal.semaphore, other->owner};
  if (const Waited* other = unordered_wait(clock, engine, s))
    return SemaphoreRace{SemaphoreRace::Kind::set_over_wait, signal.semaphore, other->engine.owner};
  s.past.push_back(s.now);
  s.now = {by, signal.value};
  s.base = signal.value;
  s.base_clock = clock;
  s.sources.clear();
  s.decrements.clear();
  s.waits.fill({});
  return std::nullopt;
}

void HappensBefore::count(Semaphore& s, const VectorClock& clock, const Event& by, std::int64_t amount) {
  if (amount < 0) {
    s.decrements.push_back({by, -amount});
    return;
  }
  s.now.most += amount;
  auto source = std::find_if(s.sources.begin(), s.sources.end(), [&](const Source& x) { return x.agent == by.agent; });
  if (source == s.sources.end()) source = s.sources.insert(s.sources.end(), Source{by.agent, 0, {}, {}});
  source->sum += amount;
  source->last = by.owner;
  source->updates.push_back({source->sum, by.index, {clock.known.begin(), clock.known.begin() + agents_}});
}

std::optional<SemaphoreRace> HappensBefore::release(arch::Engine engine, int agent, std::uint32_t index,
                                                    const isa::Signal& signal, const Owner& owner) {
  VectorClock clock = engines_[static_cast<std::size_t>(engine)];
  clock.known[static_cast<std::size_t>(agent)] = index;
  const Event by{agent, index, owner};
  if (signal.kind == isa::SignalKind::write) return set(clock, static_cast<int>(engine), by, signal);
  Semaphore& s = semaphores_[signal.semaphore];
  if (!knows(clock, agent, s.now.set))
    return SemaphoreRace{SemaphoreRace::Kind::update_over_set, signal.semaphore, s.now.set.owner};
  count(s, clock, by, signal.kind == isa::SignalKind::add ? signal.value : -std::int64_t{signal.value});
  return std::nullopt;
}

void HappensBefore::prune(const VectorClock& known_to_all) {
  for (Semaphore& s : semaphores_) {
    for (Source& source : s.sources)
      // The last one stays: a wait for a value below it has to find something not newer than itself.
      while (source.updates.size() > 1 &&
             source.updates[1].index <= known_to_all.known[static_cast<std::size_t>(source.agent)])
        source.updates.pop_front();
    // An engine that starts later than all that know the present epoch is told from `forgotten`.
    std::size_t keep = s.past.size();
    if (!knows(known_to_all, -2, s.now.set))
      while (keep > 0 && !knows(known_to_all, -2, s.past[--keep].set)) {
      }
    for (std::size_t i = 0; i < keep; ++i) s.forgotten = std::max(s.forgotten, s.past[i].most);
    s.past.erase(s.past.begin(), s.past.begin() + static_cast<std::ptrdiff_t>(keep));
  }
}

}  // namespace inf::sim
