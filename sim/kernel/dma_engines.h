#pragma once
#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "sim/engines/dma_plan.h"
#include "sim/engines/stream.h"
#include "sim/kernel/fault.h"
#include "sim/kernel/semaphore_board.h"
#include "sim/kernel/systemc.h"

namespace inf::sim {

/// Queues of all engines: ring = trigger engine x 16 + queue.
inline constexpr int kRings = arch::kEngines * kQueuesPerEngine;

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
  DmaPlan plan;
};

/// One DMA engine: an in-order list of shares per ring, served one at a time, round-robin over the rings that are
/// ready. A share ends when its descriptors are done and both memories have delivered.
class DmaEngine : public sc_core::sc_module {
 public:
  DmaEngine(sc_core::sc_module_name name, int index, int engines);
  tlm_utils::simple_initiator_socket<DmaEngine> socket;

  void enqueue(Transfer& t);
  /// Serves shares as long as one can start at `now`. Tells `served` about each transfer whose share got its times.
  template <class Served>
  void run(Tick now, Served served);
  /// When the engine can start its next share; nothing queued gives the far future.
  Tick next() const;

 private:
  int pick(Tick now) const;
  Tick serve(const Transfer& t, Tick now);

  int index_, engines_;  ///< its number, and how many there are
  Tick free_at_;
  int last_ring_ = kRings - 1;
  std::vector<int> busy_rings_;  ///< rings with shares to serve, ascending
  std::array<std::deque<Transfer*>, kRings> rings_;
  tlm::tlm_generic_payload request_;
};

/// All DMA engines of a NeuronCore behind one process: engines whose next share starts in the same tick share a kernel
/// event. Source: fact sheet 5.1, 5.4.
class DmaEngines : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(DmaEngines);
  DmaEngines(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time,
             SemaphoreBoard& semaphores, IssueSink& sink, Fault& fault);

  std::vector<std::unique_ptr<DmaEngine>> engines;

  /// The descriptors stand and the transfer is triggered at `at`; data moves start_ns later at the earliest.
  void trigger(arch::Engine engine, const Decoded& d, Tick at);
  Tick done_at() const { return done_at_; }
  std::uint64_t activations() const { return activations_; }

 private:
  struct Ring {
    std::deque<std::unique_ptr<Transfer>> transfers;  ///< in trigger order
    Tick last_signal;
  };
  void step();
  void plan_wake(Tick t);
  void complete(Ring& ring);
  std::unique_ptr<Transfer> take();

  const arch::ChipSpec& chip_;
  const arch::Timebase& time_;
  SemaphoreBoard& semaphores_;
  IssueSink& sink_;
  Fault& fault_;
  Tick start_, visibility_, done_at_;
  sc_core::sc_event wake_;
  std::array<Ring, kRings> rings_;
  std::vector<std::unique_ptr<Transfer>> spare_;
  std::uint64_t activations_ = 0;
};

}  // namespace inf::sim
