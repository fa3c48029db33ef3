#pragma once
#include <memory>
#include <vector>

#include "sim/kernel/dma_engines.h"
#include "sim/kernel/engine_process.h"
#include "sim/kernel/fabric.h"
#include "sim/kernel/host_link.h"
#include "sim/kernel/memory_targets.h"

namespace inf::sim {

/// One NeuronCore: its engines, semaphores, SBUF as the fabric sees it, and its DMA engines.
class NeuronCore : public sc_core::sc_module {
 public:
  NeuronCore(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time, Memories& memories,
             std::vector<std::unique_ptr<InstructionStream>>& streams, IssueSink& sink, Fault& fault);

  SemaphoreBoard semaphores;
  Ports ports;
  SequencerTimes times;
  SbufTarget sbuf;
  DmaEngines dma;
  std::vector<std::unique_ptr<Datapath>> datapaths;
  std::vector<std::unique_ptr<EngineProcess>> engines;
};

/// The chip around one NeuronCore: fabric, device memory and host link.
class Chip : public sc_core::sc_module {
 public:
  Chip(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time, Memories& memories,
       std::vector<std::unique_ptr<InstructionStream>>& streams, IssueSink& sink, Fault& fault);

  NeuronCore core;
  DeviceMemoryTarget device_memory;
  Fabric fabric;
  HostLink host;
};

}  // namespace inf::sim
