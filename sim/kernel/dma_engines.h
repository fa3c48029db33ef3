#pragma once
#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "sim/engines/dma_line.h"
#include "sim/engines/dma_plan.h"
#include "sim/engines/stream.h"
#include "sim/kernel/done_listener.h"
#include "sim/kernel/fault.h"
#include "sim/kernel/memory_share.h"
#include "sim/kernel/semaphore_board.h"
#include "sim/kernel/systemc.h"

namespace inf::sim {

/// One transfer on its way.
struct Transfer {
  int ring = 0;
  std::int64_t pc = 0;
  std::int32_t op = -1;
  isa::Signal signal;
  Tick triggered, ready;           ///< ready: first data can move
  Tick start, end;                 ///< of the shares served so far
  std::uint64_t from = 0, to = 0;  ///< fabric addresses
  int unserved = 0;
  DmaMove move;
  DmaPlan plan;
  std::array<ServedShare, DmaPlan::kMaxShares> served;  ///< of the shares served so far, in that order
};

/// One DMA engine, which serves its line one share at a time. A share ends when its descriptors are done, both memories
/// have answered, and the chip's device memory, where several streams may want more than it gives, has delivered.
class DmaEngine : public sc_core::sc_module {
 public:
  DmaEngine(sc_core::sc_module_name name, int core, int index, int engines, MemoryShare& memory, MemoryClient& client);
  tlm_utils::simple_initiator_socket<DmaEngine> socket;

  void enqueue(Transfer& t) { line_.enqueue(t); }
  /// Serves shares as long as one can start at `now`. Tells `served` about each transfer whose share got its times.
  template <class Served>
  void run(Tick now, Served served);
  /// Ends the share in flight, whose bytes have all passed by `at`.
  template <class Served>
  void delivered(Tick at, Served served);
  /// When the engine can start its next share; nothing queued, or a share in flight, gives the far future.
  Tick next() const;
  void reset() { line_.reset(); }

 private:
  Tick serve(const Transfer& t, Tick now);
  const DmaShare& share(const Transfer& t) const;

  int core_, index_, engines_;  ///< core, number, and how many there are
  MemoryShare& memory_;
  MemoryClient& client_;
  Transfer* in_flight_ = nullptr;  ///< its end is not known yet
  Tick started_, earliest_end_;
  Tick free_at_;
  DmaLine<Transfer> line_;
  tlm::tlm_generic_payload request_;
};

/// All DMA engines of a NeuronCore behind one process: engines whose next share starts in the same tick share a kernel
/// event. Source: fact sheet 5.1, 5.4.
class DmaEngines : public sc_core::sc_module, public MemoryClient {
 public:
  SC_HAS_PROCESS(DmaEngines);
  struct Links {
    SemaphoreBoard& semaphores;
    MemoryShare& memory;
    DoneListener& listener;
    Fault& fault;
  };
  DmaEngines(sc_core::sc_module_name name, int core, const arch::ChipSpec& chip, const arch::Timebase& time,
             const Links& links);
  /// Before a call: reports to `sink` from here on.
  void begin(IssueSink& sink);

  std::vector<std::unique_ptr<DmaEngine>> engines;

  /// The descriptors stand and the transfer is triggered at `at`; data moves start_ns later at the earliest.
  void trigger(arch::Engine engine, const Decoded& d, Tick at);
  Tick done_at() const { return done_at_; }
  /// No transfer is under way.
  bool idle() const { return under_way_ == 0; }
  void delivered(int engine, Tick at) override;
  std::uint64_t activations() const { return activations_; }

 private:
  struct Ring {
    std::deque<std::unique_ptr<Transfer>> transfers;  ///< in trigger order
    Tick last_signal;
  };
  void step();
  void served(Transfer& t, const ServedShare& share);
  void complete(Ring& ring);
  std::unique_ptr<Transfer> take();

  const arch::ChipSpec& chip_;
  const arch::Timebase& time_;
  Links links_;
  IssueSink* sink_ = nullptr;
  Tick start_, visibility_, done_at_;
  sc_core::sc_event wake_;
  std::array<Ring, kRings> rings_;
  std::vector<std::unique_ptr<Transfer>> spare_;
  int under_way_ = 0;
  std::uint64_t activations_ = 0;
};

}  // namespace inf::sim
