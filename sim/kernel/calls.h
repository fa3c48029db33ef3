#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "sim/kernel/core_run.h"
#include "sim/kernel/neuron_link.h"

namespace inf::sim {

/// Begins and ends the calls of all cores: what a runtime and the chips' doorbells do. A call begins when the one
/// before it has ended and its gap has passed, when everything that its feeds bring has arrived, when those who take
/// its values have room, and, with host copies, when its inputs have come over the host link. Values for another core
/// of the chip stay where they are: one DMA write tells that core; other chips are reached over NeuronLink. Cores at
/// one tick go by their place in the list.
class Calls : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Calls);
  /// Where a program runs.
  struct Seat {
    ProgramOnCore& program;
    Chip& chip;
    int slot;  ///< of the chip
  };
  Calls(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time, std::vector<Seat> seats,
        NeuronLinks& links);

  /// Begins what can begin at tick 0. After elaboration.
  void start();
  std::uint64_t activations() const { return activations_; }

 private:
  struct Arrival {
    Tick at;
    Values values;
  };
  struct Core {
    Seat seat;
    std::vector<std::deque<Arrival>> arrived;  ///< by feed, oldest first
    std::optional<Tick> end;                   ///< of the running call, once it is known
    Tick inputs_at;                            ///< when the next call's inputs are in device memory
  };
  struct Consumer {
    std::size_t core, feed;
  };
  NeuronCore& module(const Core& core) const { return *core.seat.chip.cores[static_cast<std::size_t>(core.seat.slot)]; }
  void step();
  bool advance(std::size_t index, Tick now);
  std::optional<Tick> may_start(std::size_t index) const;
  void begin(std::size_t index, Tick now);
  void fetch_inputs(Core& core, Tick at);
  void finish(std::size_t index);
  Tick arrival(const Core& from, const Core& to, std::int64_t bytes, Tick at);

  std::vector<Core> cores_;
  std::vector<std::vector<Consumer>> consumers_;  ///< by producer
  NeuronLinks& links_;
  Tick message_;  ///< from a core's last result to another core's start, within a chip
  sc_core::sc_event wake_;
  std::uint64_t activations_ = 0;
};

}  // namespace inf::sim
