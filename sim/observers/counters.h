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
  std::array<Tick, kStallReasons>
      stalls{};  ///< idle time by reason; `datapath` is not idle time and overlaps with busy
};

/// What was done for one operator of the program.
struct OpCounters {
  std::uint64_t instructions = 0;
  Tick first_start, last_end;                    ///< both 0 when the operator has no instruction
  std::array<Tick, arch::kEngines> busy{};       ///< sum over its instructions
  Tick matmul;                                   ///< data port of the tensor engine
  std::uint64_t macs = 0;                        ///< multiply-accumulates of its matmuls, whatever they are good for
  std::int64_t dram_read = 0, dram_written = 0;  ///< bytes
  std::int64_t dma_bytes = 0;
};

/// Totals of a run.
struct Counters {
  std::array<EngineCounters, arch::kEngines> engines;
  std::vector<OpCounters> ops;  ///< by index into ProgramImage::ops
  Tick dma_busy;                ///< union of the times in which any transfer is served
  std::uint64_t dma_transfers = 0, dma_descriptors = 0;
  std::int64_t dma_bytes = 0, dram_read = 0, dram_written = 0;
  std::int64_t sbuf_read = 0, sbuf_written = 0, psum_read = 0, psum_written = 0;  ///< bytes, by engines
  std::uint64_t macs = 0;
  std::uint64_t semaphore_updates = 0;
};

/// Fills Counters.
class CounterObserver : public Observer {
 public:
  explicit CounterObserver(std::size_t ops) { counters_.ops.resize(ops); }
  void issued(const Issued&) override;
  void retired(const Retired&) override;
  void transferred(const DmaTransfer&) override;
  void updated(const SemaphoreUpdate&) override { ++counters_.semaphore_updates; }
  Counters take() { return std::move(counters_); }

 private:
  OpCounters* op(std::int32_t index);
  Counters counters_;
  std::array<Tick, arch::kEngines> busy_until_{};
  Tick dma_until_;
};

}  // namespace inf::sim
