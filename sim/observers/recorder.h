#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "isa/table/instructions.h"
#include "sim/engines/cost.h"
#include "sim/engines/dma_plan.h"
#include "sim/observers/observer.h"

namespace inf::sim {

/// Something of a recording that others may have waited for.
struct EventRef {
  enum class Kind : std::uint8_t { none, step, transfer } kind = Kind::none;
  std::uint32_t index = 0;  ///< into Recording::steps or Recording::transfers
  friend bool operator==(EventRef, EventRef) = default;
};

/// An instruction as it ran. Loops are unrolled: each pass is a step.
struct RecordedStep {
  isa::Instruction inst;  ///< addresses that came from registers are filled in
  std::int64_t pc = 0;
  std::int32_t op = -1;       ///< index into ProgramImage::ops, -1 for none
  std::uint32_t segment = 0;  ///< as Decoded's
  arch::Engine engine = arch::Engine::tensor;
  bool control = false, dynamic = false;  ///< as Decoded's
  std::uint8_t stall_count = 0;
  std::uint32_t first_stall = 0;
  Cost cost;
  Tick start, end;  ///< the datapath is busy in [start, end); sequencer instructions take none of it
  Tick visible;
  std::array<EventRef, 2> waited_for;  ///< parallel to inst.waits: whose update made the wait's condition true

  isa::Opcode opcode() const { return isa::opcode(inst.op); }
};

/// A transfer as it ran.
struct RecordedTransfer {
  std::uint32_t step = 0;  ///< that triggered it
  arch::Engine trigger = arch::Engine::sync;
  std::uint8_t queue = 0;
  std::int32_t op = -1;
  std::uint32_t first_share = 0;
  std::uint32_t share_count = 0;
  Tick triggered, start, end;
  std::int64_t bytes = 0;  ///< written at the destination
  std::int64_t dram_read = 0, dram_written = 0;
  std::int64_t descriptors = 0;
  DmaMove move;
};

/// An update of a semaphore, and whose it was.
struct RecordedUpdate {
  int semaphore = 0;
  Tick at;  ///< becomes visible
  isa::SignalKind kind = isa::SignalKind::add;
  std::int32_t value = 0;
  EventRef by;
};

/// Everything that happened in one call of a program, in the order in which it was decided: a step stands behind every
/// event that it waited for. Ticks count from the call's start.
struct Recording {
  std::vector<RecordedStep> steps;          ///< in order of issue
  std::vector<RecordedTransfer> transfers;  ///< in order of completion
  std::vector<RecordedUpdate> updates;      ///< in the order in which they were posted
  std::vector<Stall> stalls;
  std::vector<ServedShare> shares;

  std::span<const Stall> stalls_of(const RecordedStep& s) const {
    return std::span(stalls).subspan(s.first_stall, s.stall_count);
  }
  std::span<const ServedShare> shares_of(const RecordedTransfer& t) const {
    return std::span(shares).subspan(t.first_share, t.share_count);
  }
};

/// Fills a Recording. Memory: about 450 bytes for each instruction.
class Recorder : public Observer {
 public:
  explicit Recorder(int semaphores) : semaphores_(static_cast<std::size_t>(semaphores)) {}
  void retired(const Retired&) override;
  void transferred(const DmaTransfer&) override;
  void updated(const SemaphoreUpdate&) override;
  Recording take() { return std::move(recording_); }

 private:
  /// An update with the value that the semaphore has after it.
  struct Level {
    Tick at;
    std::int64_t value;
    EventRef by;
  };
  struct Semaphore {
    std::vector<Level> levels;  ///< ascending in time
    bool rising = true;         ///< only additions so far: values ascend too
  };
  EventRef who_reached(const isa::Wait& wait, Tick start) const;

  Recording recording_;
  std::vector<Semaphore> semaphores_;
  std::array<EventRef, arch::kEngines> last_step_;
  /// Steps that triggered transfers which have not ended, by ring; the first `ended` of them have.
  struct Ring {
    std::vector<std::uint32_t> triggers;
    std::size_t ended = 0;
    EventRef last;
  };
  std::array<Ring, arch::kEngines * kQueuesPerEngine> rings_;
};

}  // namespace inf::sim
