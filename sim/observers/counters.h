#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "sim/observers/observer.h"

namespace inf::sim {

/// What one engine did.
struct EngineCounters {
  Tick busy;                                   ///< union of the times in which the datapath works
  std::uint64_t instructions = 0;              ///< issued, sequencer instructions included
  std::array<std::uint64_t, 256> by_opcode{};  ///< issued per opcode
  /// Idle time by reason; with `busy` it adds up to the run. `datapath` is no idle time and overlaps with `busy`.
  std::array<Tick, kStallReasons> stalls{};
};

/// What was done for one operator of the program.
struct OpCounters {
  std::uint64_t instructions = 0;
  Tick first_start, last_end;  ///< both 0 when the operator has no instruction
  std::array<Tick, arch::kEngines>
      busy{};              ///< its part of the engine's busy time; where two operators overlap, the earlier one's
  std::uint64_t macs = 0;  ///< multiply-accumulates of its matmuls, whatever they are good for
  std::int64_t dram_read = 0, dram_written = 0;  ///< bytes
};

/// Totals of a run.
struct Counters {
  std::array<EngineCounters, arch::kEngines> engines;
  std::vector<OpCounters> ops;  ///< by index into ProgramImage::ops
  Tick dma_busy;                ///< union of the times in which any transfer is served
  std::uint64_t dma_transfers = 0;
  std::int64_t dram_read = 0, dram_written = 0;  ///< bytes
  std::uint64_t macs = 0;
};

/// Fills Counters.
class CounterObserver : public Observer {
 public:
  explicit CounterObserver(std::size_t ops) { counters_.ops.resize(ops); }
  void issued(const Issued&) override;
  void retired(const Retired&) override;
  void transferred(const DmaTransfer&) override;
  /// The totals of a run that ends at `end`.
  Counters take(Tick end);

 private:
  OpCounters* op(std::int32_t index);
  Counters counters_;
  std::array<Tick, arch::kEngines> busy_until_{}, accounted_until_{};
  Tick dma_until_;
};

}  // namespace inf::sim
