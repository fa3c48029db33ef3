#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

#include "isa/table/instructions.h"
#include "sim/observers/owner.h"
#include "sim/observers/vector_clock.h"

namespace inf::sim {

/// A semaphore whose value at some wait depends on timing.
struct SemaphoreRace {
  enum class Kind : std::uint8_t {
    set_over_update,  ///< sets a semaphore that `other` changes without being ordered before
    set_over_wait,    ///< sets a semaphore that `other` waits for without being ordered before
    update_over_set,  ///< adds to a semaphore that `other` sets without being ordered before
    stale_wait,       ///< waits for a count that held before `other` set the semaphore, unordered with that
  };
  Kind kind{};
  std::uint8_t semaphore = 0;
  Owner other;
};

/// What each engine knows to be complete when its next instruction starts, by semaphores alone: simulated times play no
/// part.
///
/// A signal carries what its instruction knew when it started, and the completion of itself and of everything before it
/// on its engine or queue. A wait for value v learns from a signaller exactly what v cannot be reached without: the
/// updates of all other signallers posted so far are assumed to have come first.
///
/// A `write` signal starts the semaphore over: a new epoch. Everything before must be ordered before it (updates would
/// be lost, waits could miss their count), updates of the new epoch behind it. A wait learns what the write brings if
/// it knows the write already, or if no count of the epochs since the last one that it knows would have been enough; an
/// engine knows its own writes, since its waits see them.
class HappensBefore {
 public:
  explicit HappensBefore(int semaphores) : semaphores_(static_cast<std::size_t>(semaphores)) {}

  /// Number of the agent that executes `op` when `engine` issues it.
  int agent_of(arch::Engine engine, const isa::Operation& op);
  /// The agent's engine, or the engine that triggers its queue.
  int agents() const { return agents_; }

  /// The engine has passed the waits of its next instruction, which `agent` executes.
  std::optional<SemaphoreRace> acquire(arch::Engine engine, int agent, const std::array<isa::Wait, 2>& waits,
                                       const Owner& owner);
  /// Next index of the agent: its n-th instruction, from 1.
  std::uint32_t begin(arch::Engine engine, int agent, const isa::Operation& op);
  /// The instruction `index` of `agent`, started by `engine`, signals on completion.
  std::optional<SemaphoreRace> release(arch::Engine engine, int agent, std::uint32_t index, const isa::Signal& signal,
                                       const Owner& owner);

  /// What the engine knows now.
  const VectorClock& engine_clock(int engine) const { return engines_[static_cast<std::size_t>(engine)]; }
  /// Forgets updates that teach none of these engines anything.
  void prune(const VectorClock& known_to_all);

 private:
  /// The place of something in the work of an agent.
  struct Event {
    int agent = -1;  ///< -1: before the program
    std::uint32_t index = 0;
    Owner owner;
  };
  struct Update {
    std::int64_t sum;  ///< of this signaller's positive updates in the epoch, this one included
    std::uint32_t index;
    std::vector<std::uint32_t> clock;  ///< of the agents in use then
  };
  struct Source {
    int agent;
    std::int64_t sum = 0;
    std::deque<Update> updates;
    Owner last;
  };
  struct Decrement {
    Event by;
    std::int64_t amount;
  };
  struct Epoch {
    Event set;              ///< the write that began it
    std::int64_t most = 0;  ///< no count of the epoch is higher
  };
  /// The last wait of one engine in the epoch; known to have been passed when either event is known to be complete.
  struct Waited {
    bool used = false;
    Event engine, transfer;
  };
  struct Semaphore {
    Epoch now;
    std::int64_t base = 0;   ///< value that the epoch began with
    VectorClock base_clock;  ///< what its write brings
    std::vector<Source> sources;
    std::vector<Decrement> decrements;
    std::array<Waited, arch::kEngines> waits;
    std::vector<Epoch> past;                                            ///< ascending
    std::int64_t forgotten = std::numeric_limits<std::int64_t>::min();  ///< highest count of the epochs before `past`
  };
  static bool knows(const VectorClock& clock, int self, const Event& e) {
    return e.agent < 0 || e.agent == self || clock.known[static_cast<std::size_t>(e.agent)] >= e.index;
  }
  static bool is_stale(const VectorClock& clock, int self, const Semaphore& s, std::int64_t value);
  static const Event* unordered_before_set(const VectorClock& clock, int agent, const Semaphore& s, Event& scratch);
  static const Waited* unordered_wait(const VectorClock& clock, int engine, const Semaphore& s);
  void learn(VectorClock& clock, const Semaphore& s, std::int64_t value) const;
  std::optional<SemaphoreRace> set(const VectorClock& clock, int engine, const Event& by, const isa::Signal& signal);
  void count(Semaphore& s, const VectorClock& clock, const Event& by, std::int64_t amount);

  std::vector<Semaphore> semaphores_;
  std::array<VectorClock, arch::kEngines> engines_{};
  std::array<std::uint32_t, kAgents> issued_{};
  std::array<int, kAgents> slots_{};  ///< agent of each queue, then of each sequencer; 0: not in use
  int agents_ = arch::kEngines;
};

}  // namespace inf::sim
