#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "sim/observers/recorder.h"
#include "sim/replay/recorded_source.h"

namespace inf::sim {

/// What a stretch of the critical path is spent on.
enum class PathCause : std::uint8_t {
  issue,          ///< the sequencer fetches and decodes, or runs a loop or branch
  datapath,       ///< the engine streams operands
  latency,        ///< from the end of streaming until the result is visible
  weight_switch,  ///< the array changes to other weights
  table_load,     ///< the scalar engine fetches another activation table set
  port,           ///< another engine holds the SBUF or PSUM port
  semaphore,      ///< a signal travels
  dma_trigger,    ///< the sequencer hands a transfer over
  dma_start,      ///< from the trigger until data can move
  dma_queue,      ///< the queue's earlier transfer holds the DMA engine
  dma_engine,     ///< the DMA engine serves a transfer of another queue
  dma_data,       ///< data moves
  memory,         ///< device memory answers
  dma_complete,   ///< the completion becomes visible
  other,          ///< not explained by what was recorded
};
inline constexpr int kPathCauses = static_cast<int>(PathCause::other) + 1;
constexpr std::string_view name(PathCause cause) {
  switch (cause) {
    case PathCause::issue: return "issue";
    case PathCause::datapath: return "datapath";
    case PathCause::latency: return "latency";
    case PathCause::weight_switch: return "weight switch";
    case PathCause::table_load: return "table load";
    case PathCause::port: return "port";
    case PathCause::semaphore: return "semaphore";
    case PathCause::dma_trigger: return "dma trigger";
    case PathCause::dma_start: return "dma start";
    case PathCause::dma_queue: return "dma queue";
    case PathCause::dma_engine: return "dma engine";
    case PathCause::dma_data: return "dma data";
    case PathCause::memory: return "memory";
    case PathCause::dma_complete: return "dma complete";
    case PathCause::other: return "other";
  }
  return "";
}

/// A stretch of the critical path.
struct PathPart {
  Tick from, to;
  PathCause cause = PathCause::other;
  EventRef event;  ///< what is being done
};

/// A recorded call gone through again.
struct Replay {
  Tick end;
  std::vector<Tick> start;     ///< of each step
  std::vector<PathPart> path;  ///< ascending, without gaps from 0 to `end`
};

/// Goes through a recorded call again: each engine issues the recorded instructions in their order, each as soon as
/// its sequencer, waits, datapath and ports allow, and DMA engines serve their queues, all by the rules and on the
/// pieces that the kernel uses. No kernel, no values, no decoding.
class Replayer {
 public:
  /// `recorded`: the chip of the recording. Where device memory served a share later there than this core alone
  /// explains, the share keeps that delay.
  Replayer(const Recording& recording, const arch::ChipSpec& recorded);

  /// Every time on `chip`, which may differ from the recorded one in any number that leaves the program as it is:
  /// clocks, costs, latencies, DMA, memory. On the recorded chip every time is the recorded one. Instructions run as
  /// often as they did, also where data decided that.
  Replay run(const arch::ChipSpec& chip) const;
  /// Only the end.
  Tick end(const arch::ChipSpec& chip) const;

 private:
  const Recording& recording_;
  RecordedWork work_;
  std::unique_ptr<ShareTicks> late_;  ///< null: none is late
};

}  // namespace inf::sim
