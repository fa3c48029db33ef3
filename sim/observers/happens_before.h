#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "isa/table/instructions.h"
#include "sim/observers/vector_clock.h"

namespace inf::sim {

/// What each engine knows to be complete when its next instruction starts, by semaphores alone: simulated times play no
/// part.
///
/// A signal carries what its instruction knew when it started, and the completion of itself and of everything before it
/// on its engine or queue. A wait for value v learns from a signaller exactly what v cannot be reached without: the
/// updates of all other signallers posted so far are assumed to have come first. A write starts the semaphore over.
class HappensBefore {
 public:
  explicit HappensBefore(int semaphores) : semaphores_(static_cast<std::size_t>(semaphores)) {}

  /// Number of the agent that executes `op` when `engine` issues it.
  int agent_of(arch::Engine engine, const isa::Operation& op);
  /// The agent's engine, or the engine that triggers its queue.
  int agents() const { return agents_; }

  /// The engine has passed these waits. Returns what it knows now.
  const VectorClock& acquire(arch::Engine engine, const std::array<isa::Wait, 2>& waits);
  /// Next index of the agent: its n-th instruction, from 1.
  std::uint32_t begin(int agent) { return ++issued_[static_cast<std::size_t>(agent)]; }
  /// The instruction `index` of `agent`, started by `engine`, signals on completion.
  void release(arch::Engine engine, int agent, std::uint32_t index, const isa::Signal& signal);

  const VectorClock& engine_clock(int engine) const { return engines_[static_cast<std::size_t>(engine)]; }
  /// Forgets updates that teach none of these engines anything.
  void prune(const VectorClock& known_to_all);

 private:
  struct Update {
    std::int64_t sum;  ///< of this signaller's positive updates since the last write, this one included
    std::uint32_t index;
    std::vector<std::uint32_t> clock;  ///< of the agents in use then
  };
  struct Source {
    int agent;
    std::int64_t sum = 0;
    std::deque<Update> updates;
  };
  struct Decrement {
    int agent;
    std::uint32_t index;
    std::int64_t amount;
  };
  struct Semaphore {
    std::int64_t base = 0;
    VectorClock base_clock;
    std::vector<Source> sources;
    std::vector<Decrement> decrements;
  };
  void learn(VectorClock& clock, const Semaphore& s, std::int64_t value) const;

  std::vector<Semaphore> semaphores_;
  std::array<VectorClock, arch::kEngines> engines_{};
  std::array<std::uint32_t, kAgents> issued_{};
  std::array<int, kAgents> slot_of_ring_{};
  int agents_ = arch::kEngines;
};

}  // namespace inf::sim
