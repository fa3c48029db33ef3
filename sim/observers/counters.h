#pragma once
#include <array>
#include <cstdint>
#include <utility>
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

/// How much of the array the matmuls filled while they kept it busy: the sums over `busy` are the averages that explain
/// what becomes of the peak rate.
struct ArrayUse {
  std::uint64_t matmuls = 0;
  Tick busy;                      ///< sum of their initiation intervals
  std::int64_t row_ticks = 0;     ///< ticks x rows that took part in the contraction
  std::int64_t column_ticks = 0;  ///< ticks x columns that made a result
  std::int64_t cell_ticks = 0;    ///< ticks x rows x columns
  /// Busy time by [quarters of the rows][quarters of the columns] in use, each begun quarter counting: [0][3] is few
  /// rows and all columns.
  std::array<std::array<Tick, 4>, 4> quarters{};
  /// Averages in 0..1 of an array of this size; 0 where nothing ran.
  double rows_used(int rows) const { return share(row_ticks, rows); }
  double columns_used(int columns) const { return share(column_ticks, columns); }
  double cells_used(int rows, int columns) const { return share(cell_ticks, rows * columns); }

 private:
  double share(std::int64_t ticks, int most) const {
    return busy == Tick(0) ? 0 : static_cast<double>(ticks) / (static_cast<double>(busy.value) * most);
  }
};

/// What was done for one operator of the program.
struct OpCounters {
  std::uint64_t instructions = 0;
  Tick first_start, last_end;  ///< both 0 when the operator has no instruction
  std::array<Tick, arch::kEngines>
      busy{};              ///< its part of the engine's busy time; where two operators overlap, the earlier one's
  std::uint64_t macs = 0;  ///< multiply-accumulates of its matmuls, whatever they are good for
  ArrayUse array;
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
  ArrayUse array;
};

/// Fills Counters.
class CounterObserver : public Observer {
 public:
  CounterObserver(std::size_t ops, const arch::TensorSpec& array) : rows_(array.rows), columns_(array.columns) {
    counters_.ops.resize(ops);
  }
  void issued(const Issued&) override;
  void retired(const Retired&) override;
  void transferred(const DmaTransfer&) override;
  /// The totals of a run that ends at `end`.
  Counters take(Tick end);

 private:
  OpCounters* op(std::int32_t index);
  void count_array(const Retired& r, ArrayUse& use) const;
  int rows_, columns_;
  Counters counters_;
  std::array<Tick, arch::kEngines> busy_until_{}, accounted_until_{};
  std::vector<std::pair<Tick, Tick>> served_;  ///< transfers; they are not reported in the order of their starts
};

}  // namespace inf::sim
