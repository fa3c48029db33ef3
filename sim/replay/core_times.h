#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sim/engines/dma_line.h"
#include "sim/engines/dma_plan.h"
#include "sim/engines/sequencer.h"

namespace inf::sim {

/// What the engines of a core issue, each in order.
class IssueSource {
 public:
  virtual ~IssueSource() = default;
  struct Item {
    const IssueWork* work = nullptr;  ///< null: nothing to run, now or any more
    const Cost* cost = nullptr;
  };
  /// The engine's instruction; valid until advance().
  virtual Item current(int engine) = 0;
  virtual void advance(int engine) = 0;
  /// There is more for the engine, but the other streams are too far behind: on_advance, or look_further(), may change
  /// that.
  virtual bool starved(int engine) = 0;
  virtual void look_further() = 0;
  std::function<void()> on_advance;
  /// How the transfer that the engine's instruction triggers is split.
  virtual void plan(int engine, DmaPlan& out) = 0;
};

/// An instruction with its times, and whose signal it waited for last.
struct TimedIssue {
  Sequencer::Times times;
  Tick interval;  ///< of the datapath, without a weight switch
  std::int16_t semaphore = -1;
  Signaller by;
};

/// What one DMA engine did of a transfer.
struct TimedShare {
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::uint32_t transfer = 0;
  std::int16_t engine = 0;
  std::int64_t bytes = 0;
  Tick hold, duration;  ///< as planned
  Tick start, end;
  Tick late;                          ///< of it, because of other cores
  std::uint32_t before = kNone;       ///< share that the engine served before this one
  std::uint32_t before_ring = kNone;  ///< likewise, of the same ring
};

struct TimedTransfer {
  int ring = 0;
  std::uint32_t number = 0;  ///< in its ring
  std::uint32_t issue = 0;   ///< position of the trigger in its engine's stream
  isa::Signal signal;
  bool reads = false, writes = false;  ///< device memory
  std::uint32_t first_share = 0;
  int shares = 0, unserved = 0;
  Tick triggered, ready, end;
  Tick completed;  ///< with everything before it in its queue
};

/// Ticks for the shares of every transfer: by ring, number of the transfer in the ring, then as said where it is used.
using ShareTicks = std::array<std::vector<std::vector<Tick>>, kRings>;

/// The times of one NeuronCore alone, by the rules that the kernel's processes follow, without the kernel: one wake-up
/// time for each engine and one for all DMA engines, the earliest first. Nothing is computed or checked, and nobody
/// else draws on device memory but by Options::late.
class CoreTimes {
 public:
  struct Options {
    bool keep = false;                 ///< the times of every instruction
    const ShareTicks* took = nullptr;  ///< by DMA engine: from start to end, where that is more than it takes alone
    const ShareTicks* late = nullptr;  ///< by number of the share: how much longer than alone it takes
  };
  CoreTimes(const arch::ChipSpec& chip, IssueSource& source, Options options);
  CoreTimes(const CoreTimes&) = delete;
  CoreTimes& operator=(const CoreTimes&) = delete;
  /// Runs the source to its end. Errors: deadlock where an engine waits for what never comes.
  Tick run();

  std::array<std::vector<TimedIssue>, arch::kEngines> issues;  ///< where they are kept
  std::vector<TimedTransfer> transfers;                        ///< in order of their triggers
  std::vector<TimedShare> shares;
  std::array<std::vector<std::uint32_t>, kRings> rings;  ///< transfers of each, in order
  std::int64_t dram_read = 0, dram_written = 0;          ///< bytes of all transfers
  const SequencerTimes& sequencer_times() const { return times_; }

 private:
  /// A transfer in the lines of the DMA engines.
  struct Waiting {
    int ring = 0;
    Tick ready;
    std::uint32_t transfer = 0;
  };
  void run_engine(int engine, Tick now);
  void feed_advanced();
  void issue(int engine, const IssueSource::Item& item, const Sequencer::Candidate& c, Tick now);
  void post(const isa::Signal& signal, Tick at, Signaller by, Tick now);
  void trigger(int engine, const IssueWork& work, Tick at, Tick now);
  void run_dma(Tick now);
  void serve(int engine, Tick now);
  Tick lateness(const TimedTransfer& t, int number, int engine, Tick alone) const;
  void complete(int ring, Tick now);
  [[noreturn]] void stuck() const;

  struct DmaEngineState {
    DmaLine<Waiting> line;
    Tick free_at, next = kNever;
    std::uint32_t last_share = TimedShare::kNone;
    std::array<std::uint32_t, kRings> last_of_ring;
  };

  const arch::ChipSpec& chip_;
  const arch::Timebase time_;
  IssueSource& source_;
  Options options_;
  SequencerTimes times_;
  Tick dma_start_;
  SemaphoreBank semaphores_;
  Ports ports_;
  DeviceMemoryPort memory_;
  std::vector<Sequencer> sequencers_;
  struct Sleeper {
    std::int64_t wake;  ///< moment, see moment(); kAsleep: waits for a semaphore, or drained
    bool planned = false, blocked = false, starved = false;
    Sequencer::Candidate plan;
    std::uint32_t issued = 0;
  };
  std::array<Sleeper, arch::kEngines> sleepers_;
  std::int64_t now_ = 0;  ///< moment
  std::int64_t dma_wake_;
  std::vector<std::uint8_t> waiters_;  ///< per semaphore, a bit for each engine
  std::vector<std::unique_ptr<DmaEngineState>> dma_;
  std::vector<std::unique_ptr<Waiting>> waiting_;
  std::array<std::size_t, kRings> completed_{};  ///< of each ring's transfers
  std::array<Tick, kRings> last_signal_{};
  Tick done_at_;
  DmaPlan plan_;
};

}  // namespace inf::sim
