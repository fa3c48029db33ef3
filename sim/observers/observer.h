#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "isa/arch/chip_spec.h"
#include "isa/base/units.h"
#include "isa/table/instructions.h"
#include "sim/machine/semaphores.h"

namespace inf::sim {

struct Decoded;
struct DmaMove;

/// Why an engine did not start its next instruction earlier.
enum class StallReason : std::uint8_t {
  issue,       ///< the sequencer was still fetching and decoding
  semaphore,   ///< another engine had not signalled yet
  dma,         ///< a DMA completion had not arrived yet
  datapath,    ///< the engine's own datapath still streamed an earlier instruction (not idle time)
  sbuf_port,   ///< vector and gpsimd exclude each other on SBUF
  psum_port,   ///< vector and scalar exclude each other on PSUM
  table_load,  ///< the scalar engine fetched another activation table set
  trigger,     ///< the sequencer handed a transfer to the DMA engines
  finished,    ///< the engine had run its last instruction; other engines or transfers had not
};
inline constexpr int kStallReasons = 9;
constexpr std::string_view name(StallReason r) {
  switch (r) {
    case StallReason::issue: return "issue";
    case StallReason::semaphore: return "semaphore";
    case StallReason::dma: return "dma";
    case StallReason::datapath: return "datapath";
    case StallReason::sbuf_port: return "sbuf port";
    case StallReason::psum_port: return "psum port";
    case StallReason::table_load: return "table load";
    case StallReason::trigger: return "trigger";
    case StallReason::finished: return "finished";
  }
  return "";
}

struct Stall {
  StallReason reason;
  Tick from, to;
  std::int16_t semaphore = -1;  ///< semaphore and dma: which one
  Signaller by;                 ///< semaphore and dma: who signalled it in the end
};

/// An instruction that has passed its waits, in the order in which instructions issue. Without timing, ticks count
/// instructions.
struct Issued {
  arch::Engine engine;
  const Decoded& inst;
  Tick at;
};

/// An instruction whose times are known. Reported when it issues; `start`, `end` and `visible` may lie ahead.
struct Retired {
  arch::Engine engine;
  std::int64_t pc;
  std::int32_t op;  ///< index into ProgramImage::ops, -1 for none
  isa::Opcode opcode;
  Tick start, end;  ///< the datapath is busy in [start, end)
  Tick visible;     ///< the result can be read from here on
  std::span<const Stall> stalls;
  const Decoded& inst;
};

/// What one DMA engine did of a transfer.
struct ServedShare {
  int engine = 0;
  std::int64_t bytes = 0;  ///< through the engine
  Tick start, end;
};

/// A DMA transfer, reported when its last share has been served, those of a queue in the order of their triggers.
struct DmaTransfer {
  arch::Engine trigger;
  std::uint8_t queue;
  std::int64_t pc;
  std::int32_t op;
  Tick triggered, start, end;
  std::int64_t bytes;  ///< written at the destination
  std::int64_t dram_read, dram_written;
  std::int64_t descriptors;
  std::span<const ServedShare> shares;  ///< one for each DMA engine that took part
  const DmaMove* move = nullptr;        ///< valid during the report, as the shares
};

struct SemaphoreUpdate {
  int semaphore;
  Tick at;
  isa::SignalKind kind;
  std::int32_t value;
  Signaller by;
};

/// Watches a simulation; the model does not know what for. Calls come from the simulating thread.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void issued(const Issued&) {}
  virtual void retired(const Retired&) {}
  virtual void transferred(const DmaTransfer&) {}
  /// Comes right after the report of the instruction or transfer that makes the update.
  virtual void updated(const SemaphoreUpdate&) {}
  /// All streams are drained.
  virtual void finished() {}
};

}  // namespace inf::sim
