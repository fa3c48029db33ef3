#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "sim/kernel/dma_engines.h"
#include "sim/kernel/engine_process.h"
#include "sim/kernel/fabric.h"
#include "sim/kernel/host_link.h"
#include "sim/kernel/memory_targets.h"

namespace inf::sim {

/// One NeuronCore: its engines, semaphores, SBUF, DMA engines, and its region of device memory, as its fabric sees
/// them.
class NeuronCore : public sc_core::sc_module, public DoneListener {
 public:
  NeuronCore(sc_core::sc_module_name name, int core, const arch::ChipSpec& chip, const arch::Timebase& time,
             Memories& memories, MemoryShare& memory, Fault& fault);

  /// Starts a program from reset at `at`, this tick or later. `streams` holds one for each engine by index.
  void begin(std::vector<std::unique_ptr<InstructionStream>>& streams, IssueSink& sink, Tick at);
  /// Called once for each begin(), when every engine has drained and every transfer has completed: everything is done
  /// and visible at the tick given, which may lie ahead.
  std::function<void(Tick)> on_done;

  /// A program was begun and is not done.
  bool running() const { return running_; }
  /// An engine found nothing to run although the program goes on.
  bool starved() const;
  /// Every engine looks again.
  void feed_advanced();
  std::uint64_t activations() const;
  void maybe_done() override;

  SemaphoreBoard semaphores;
  Ports ports;
  SequencerTimes times;
  SbufTarget sbuf;
  DeviceMemoryTarget device_memory;
  Fabric fabric;
  DmaEngines dma;
  std::vector<std::unique_ptr<EngineProcess>> engines;

 private:
  const arch::PortSpec port_spec_;
  bool running_ = false;
};

/// A chip: the NeuronCores that run something, the device memory whose bandwidth they share, and the host link.
class Chip : public sc_core::sc_module {
 public:
  /// A core that runs a program: its number, what it addresses, and where its errors go.
  struct Slot {
    int core;
    Memories& memories;
    Fault& fault;
  };
  Chip(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time,
       const std::vector<Slot>& slots);

  MemoryShare memory;
  HostLink host;
  std::vector<std::unique_ptr<NeuronCore>> cores;  ///< in the order of the slots
};

}  // namespace inf::sim
