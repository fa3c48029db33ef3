#pragma once
#include <array>
#include <optional>

#include "sim/engines/datapath.h"
#include "sim/engines/issue_sink.h"
#include "sim/engines/ports.h"
#include "sim/engines/stream.h"
#include "sim/kernel/dma_engines.h"
#include "sim/kernel/fault.h"
#include "sim/kernel/semaphore_board.h"
#include "sim/kernel/systemc.h"

namespace inf::sim {

/// Ticks of the things that are not cycles of an engine.
struct SequencerTimes {
  Tick issue, control, trigger, engine_visibility, dma_visibility;
  SequencerTimes(const arch::ChipSpec& chip, const arch::Timebase& time);
};

/// The one process class that drives every engine: takes the next instruction of its stream, sleeps until semaphores,
/// sequencer and datapath allow it, issues it, and posts its completion ahead. One kernel event per instruction, as a
/// rule.
///
/// An instruction starts at the latest of: previous start + issue_ns; its semaphores' values visible; datapath free;
/// then, in the order in which engines become ready, the shared SBUF and PSUM ports; then the activation table switch.
/// Sequencer instructions and triggers of dma_copy do not wait for the datapath; an indirect transfer is triggered when
/// gpsimd has built its descriptors. A wait for a semaphore that the engine itself has written holds until that write
/// is visible, so that an engine can reset what it waits for next [assumed].
class EngineProcess : public sc_core::sc_module, public SemaphoreWaiter {
 public:
  SC_HAS_PROCESS(EngineProcess);
  struct Links {
    SemaphoreBoard& semaphores;
    Ports& ports;
    DmaEngines& dma;
    DoneListener& listener;
    Fault& fault;
    const SequencerTimes& times;
  };
  EngineProcess(sc_core::sc_module_name name, arch::Engine engine, const Datapath& idle, const Links& links);
  /// Starts a program at `at`, this tick or later: nothing is left of what ran before.
  void begin(InstructionStream& stream, IssueSink& sink, Tick at);

  bool drained() const { return drained_; }
  /// Behind the last instruction's completion.
  Tick done_at() const { return done_at_; }
  std::uint64_t activations() const { return activations_; }

  void semaphore_posted() override;
  /// The stream found nothing to run although the program goes on.
  bool starved() const { return starved_; }
  /// Looks again.
  void feed_advanced();

 private:
  struct Candidate {
    Tick decoded, semaphores, at;
    SemaphoreBank::Ready last_wait{};
    std::int16_t semaphore = -1;
  };
  void step();
  void run_until_asleep();
  /// When the current instruction may start as far as known now; empty when a semaphore's update is not known yet.
  std::optional<Candidate> candidate(const Decoded& d, Tick now);
  void sleep_until(Tick t);
  void plan(const Candidate& c);
  void issue(const Decoded& d, const Candidate& c);
  void issue_on_datapath(const Decoded& d, const Candidate& c);
  void issue_on_sequencer(const Decoded& d, const Candidate& c);
  void record_stall(StallReason reason, Tick from, Tick to);
  void signal(const Decoded& d, Tick visible);

  const arch::Engine engine_;
  InstructionStream* stream_ = nullptr;
  IssueSink* sink_ = nullptr;
  const Datapath idle_;  ///< the datapath before any instruction
  Datapath datapath_;
  Links links_;
  sc_core::sc_event wake_;
  int step_;
  std::optional<Candidate> planned_;  ///< what the current instruction sleeps for
  std::array<Tick, 256> own_writes_;  ///< per semaphore, when the engine's last write to it becomes visible
  Tick sequencer_;                    ///< when the sequencer turned to the current instruction
  Tick done_at_;
  bool blocked_ = false, drained_ = true, starved_ = false;
  std::uint64_t activations_ = 0;
  std::array<Stall, 8> stalls_;
  std::size_t stall_count_ = 0;
};

}  // namespace inf::sim
