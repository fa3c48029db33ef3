#pragma once
#include <algorithm>
#include <array>

#include "sim/engines/datapath.h"
#include "sim/engines/ports.h"
#include "sim/machine/footprint.h"
#include "sim/machine/semaphores.h"

namespace inf::sim {

/// Ticks of the things that are not cycles of an engine.
struct SequencerTimes {
  Tick issue, control, trigger, engine_visibility, dma_visibility;
  SequencerTimes(const arch::ChipSpec& chip, const arch::Timebase& time);
};

/// What of an instruction decides when it runs, beside its cost.
struct IssueWork {
  DatapathUse datapath;
  Ports::Need ports;
  std::array<isa::Wait, 2> waits;
  isa::Signal signal;
  std::int8_t queue = -1;     ///< of the transfer that it triggers, -1 for none
  bool control = false;       ///< register, loop or branch
  bool on_sequencer = false;  ///< needs no datapath: control, nop, the trigger of a transfer whose descriptors exist
  bool internal = false;      ///< control that waits for nothing, signals nothing and reads nothing
};
/// `dynamic`: an address comes from a register, or did when the instruction issued.
IssueWork issue_work(const isa::Instruction& inst, const Footprint& footprint, arch::Engine engine, bool dynamic,
                     const arch::PortSpec& ports);

/// The sequencer of one engine with the datapath behind it: when each instruction of the stream can start, and what
/// follows. Owns no clock.
///
/// An instruction starts at the latest of: previous start + issue_ns; its semaphores' values visible; datapath free;
/// then, in the order in which engines become ready, the shared SBUF and PSUM ports; then the activation table switch.
/// Sequencer instructions and triggers of dma_copy do not wait for the datapath; an indirect transfer is triggered when
/// gpsimd has built its descriptors. A wait for a semaphore that the engine itself has written holds until that write
/// is visible, so that an engine can reset what it waits for next [assumed].
class Sequencer {
 public:
  Sequencer(const Datapath& idle, SemaphoreBank& semaphores, Ports& ports, const SequencerTimes& times)
      : idle_(idle), datapath_(idle), semaphores_(semaphores), ports_(ports), times_(times) {}
  /// Starts a program at `at`: nothing is left of what ran before.
  void begin(Tick at);

  /// When an instruction may start as far as known now.
  struct Candidate {
    Tick decoded, semaphores, at;  ///< each the latest so far
    SemaphoreBank::Ready last_wait{};
    std::int16_t semaphore = -1;  ///< of the wait that ends last; -1 where none holds
    std::int16_t unknown = -1;    ///< a semaphore whose update is not posted yet: there are no times
  };
  Candidate look(const IssueWork& work, Tick now) const;

  /// When an instruction passed each of the things that it had to wait for, and what comes of it.
  struct Times {
    Tick turned;               ///< the sequencer turned to it
    Tick decoded, semaphores;  ///< each the latest so far
    Tick datapath;             ///< free; without datapath as before
    Tick tables;               ///< the activation tables are there
    Tick sbuf, psum;           ///< ports free
    Tick start, end, visible;
    Tick busy;       ///< until when the datapath works on what issued before
    Tick triggered;  ///< with a queue: the transfer
    Tick signalled;  ///< with a signal and no queue: the update can be seen
  };
  Times issue(const IssueWork& work, const Cost& cost, const Candidate& c);

  /// How long the datapath takes no other instruction, beside a switch of weights.
  Tick interval(const Cost& cost) const { return datapath_.interval(cost); }
  /// Behind the last instruction and its completion.
  Tick done_at() const { return std::max(done_at_, turned_); }

 private:
  void run_on_datapath(const IssueWork& work, const Cost& cost, Times& t);
  void signal(const IssueWork& work, Tick visible, Times& t);

  Datapath idle_, datapath_;  ///< idle_: before any instruction
  SemaphoreBank& semaphores_;
  Ports& ports_;
  const SequencerTimes& times_;
  std::array<Tick, 256> own_writes_{};  ///< per semaphore, when the engine's last write to it becomes visible
  Tick turned_, done_at_;
};

}  // namespace inf::sim
