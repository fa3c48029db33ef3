#pragma once
#include <optional>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "sim/kernel/systemc.h"

namespace inf::sim {

/// Who draws on device memory: learns when the last byte of its stream has passed.
class MemoryClient {
 public:
  virtual ~MemoryClient() = default;
  virtual void delivered(int engine, Tick at) = 0;
};

/// Bytes on their way between one DMA engine and device memory.
struct MemoryStream {
  MemoryClient* client = nullptr;
  int core = 0, engine = 0;
  std::int64_t bytes = 0;  ///< read and written
  Tick alone;              ///< what it takes when nothing else streams
};

/// What all cores of a chip drew.
struct MemoryUse {
  std::int64_t bytes = 0;  ///< read and written
  Tick contended;          ///< while the streams together wanted more than the memory gives
};

/// The bandwidth of a chip's device memory, shared by the DMA engines of all its cores. Every stream gets what it asks
/// for, its bytes over the time it takes alone, as long as that adds up to less than the memory gives; beyond it the
/// streams share evenly, and what a slow one leaves goes to the others (max-min fairness). A lone core's streams find
/// memory.bytes_per_ns; as soon as two cores stream, memory.shared_bytes_per_ns is there for all of them. Rates change
/// when a stream begins or ends. Integer arithmetic; the outcome does not depend on the order of requests at one tick.
/// Source: max-min fairness assumed; rates in configs/chips.
class MemoryShare : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(MemoryShare);
  /// `cores` of the chip run programs.
  MemoryShare(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time, int cores);

  /// As memory_contended() for all running cores.
  bool contended() const { return contended_; }

  /// Takes a stream on; `settle` must follow in the same tick.
  void begin(const MemoryStream& stream);
  /// Deals the bandwidth out anew.
  void settle();

  /// Bytes of streams that nobody had to wait for.
  void count(std::int64_t bytes) { use_.bytes += bytes; }
  const MemoryUse& use() const { return use_; }
  std::uint64_t activations() const { return activations_; }

 private:
  struct Active {
    MemoryStream stream;
    std::int64_t left, wanted, rate;  ///< in bytes x MHz of the ticks; rates per tick
  };
  void step();
  void advance(Tick now);
  std::int64_t capacity() const;
  void deal(std::int64_t capacity);

  std::int64_t mhz_, alone_, shared_;  ///< rates in bytes x MHz per tick, that is bytes per microsecond
  bool contended_;
  std::vector<Active> active_;      ///< by core, then engine
  std::vector<std::size_t> order_;  ///< of active_, by what they want; kept for its storage, as done_
  std::vector<MemoryStream> done_;
  Tick now_;  ///< up to here the streams have advanced
  bool short_ = false;
  sc_core::sc_event wake_;
  MemoryUse use_;
  std::uint64_t activations_ = 0;
};

}  // namespace inf::sim
