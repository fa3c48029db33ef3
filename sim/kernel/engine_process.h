#pragma once
#include <array>
#include <optional>

#include "sim/engines/issue_sink.h"
#include "sim/engines/sequencer.h"
#include "sim/engines/stream.h"
#include "sim/kernel/dma_engines.h"
#include "sim/kernel/fault.h"
#include "sim/kernel/semaphore_board.h"
#include "sim/kernel/systemc.h"

namespace inf::sim {

/// The one process class that drives every engine: takes the next instruction of its stream, sleeps until its
/// sequencer lets it start, issues it, and posts its completion ahead. One kernel event per instruction, as a
/// rule.
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
  Tick done_at() const { return sequencer_.done_at(); }
  std::uint64_t activations() const { return activations_; }

  void semaphore_posted() override;
  /// The stream found nothing to run although the program goes on.
  bool starved() const { return starved_; }
  /// Looks again.
  void feed_advanced();

 private:
  using Candidate = Sequencer::Candidate;
  void step();
  void run_until_asleep();
  /// When the current instruction may start; empty when a semaphore's update is not known yet, which then wakes.
  std::optional<Candidate> candidate(const Decoded& d, Tick now);
  void sleep_until(Tick t);
  void plan(const Candidate& c);
  void issue(const Decoded& d, const Candidate& c);
  void keep_stalls(const IssueWork& work, const Candidate& c, const Sequencer::Times& t);

  const arch::Engine engine_;
  InstructionStream* stream_ = nullptr;
  IssueSink* sink_ = nullptr;
  Links links_;
  sc_core::sc_event wake_;
  int step_;
  std::optional<Candidate> planned_;  ///< what the current instruction sleeps for
  Sequencer sequencer_;
  bool blocked_ = false, drained_ = true, starved_ = false;
  std::uint64_t activations_ = 0;
  std::array<Stall, 8> stalls_;
  std::size_t stall_count_ = 0;
};

}  // namespace inf::sim
