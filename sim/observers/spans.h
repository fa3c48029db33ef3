#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "sim/observers/observer.h"

namespace inf::sim {

/// A stretch of an engine's stream that works for one operator, with no instruction for another in between.
struct EngineSpan {
  arch::Engine engine = arch::Engine::tensor;
  std::int32_t op = -1;
  Tick start, end;  ///< first instruction starts, datapath works for the last time
  Tick busy;        ///< of it, the datapath works; summed over an engine's spans that is EngineCounters::busy
  std::uint64_t instructions = 0;
  std::array<Tick, kStallReasons> stalls{};
  /// A datapath's part: from the first to the last time at which it works, empty where it does not. The two add up to
  /// `busy`.
  struct Row {
    Tick start, end, busy;
  };
  Row stream;   ///< everything but load_stationary
  Row weights;  ///< load_stationary, which runs beside matmuls
};

/// Transfers of a queue for one operator, with none for another in between.
struct QueueSpan {
  arch::Engine trigger = arch::Engine::sync;
  std::uint8_t queue = 0;
  std::int32_t op = -1;
  Tick start, end;
  std::uint64_t transfers = 0;
  std::int64_t bytes = 0, dram_read = 0, dram_written = 0;
};

/// A run at the level of operators: small, whatever the number of instructions.
struct Spans {
  std::vector<EngineSpan> engines;  ///< in order of their starts on each engine
  std::vector<QueueSpan> queues;
};

/// Fills Spans.
class SpanRecorder : public Observer {
 public:
  SpanRecorder();
  void retired(const Retired&) override;
  void transferred(const DmaTransfer&) override;
  Spans take() { return std::move(spans_); }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  Spans spans_;
  std::array<std::size_t, arch::kEngines> engine_;                    ///< the span that goes on, or kNone
  std::array<std::size_t, arch::kEngines * kQueuesPerEngine> queue_;  ///< likewise
  std::array<Tick, arch::kEngines> busy_until_{};
};

}  // namespace inf::sim
