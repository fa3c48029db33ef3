#include "sim/kernel/chip.h"

#include <algorithm>
#include <string>

namespace inf::sim {

NeuronCore::NeuronCore(sc_core::sc_module_name name, int core, const arch::ChipSpec& chip, const arch::Timebase& time,
                       Memories& memories, MemoryShare& memory, Fault& fault)
    : sc_module(name),
      semaphores(chip.semaphores.count),
      ports(chip.ports),
      times(chip, time),
      sbuf("sbuf", memories),
      device_memory("device_memory", chip, time, memories),
      fabric("fabric"),
      dma("dma", core, chip, time, {semaphores, memory, *this, fault}),
      port_spec_(chip.ports) {
  for (int e = 0; e < arch::kEngines; ++e) {
    const auto engine = static_cast<arch::Engine>(e);
    engines.push_back(
        std::make_unique<EngineProcess>(std::string(arch::name(engine)).c_str(), engine, Datapath(engine, chip, time),
                                        EngineProcess::Links{semaphores, ports, dma, *this, fault, times}));
  }
  for (auto& engine : dma.engines) engine->socket.bind(fabric.initiators);
  fabric.device_memory.bind(device_memory.socket);
  fabric.sbuf.bind(sbuf.socket);
}

void NeuronCore::begin(std::vector<std::unique_ptr<InstructionStream>>& streams, IssueSink& sink, Tick at) {
  running_ = true;
  semaphores.begin(sink);
  ports = Ports(port_spec_);
  dma.begin(sink);
  for (std::size_t e = 0; e < engines.size(); ++e) engines[e]->begin(*streams[e], sink, at);
}

void NeuronCore::maybe_done() {
  if (!running_ || !dma.idle()) return;
  if (!std::all_of(engines.begin(), engines.end(), [](const auto& e) { return e->drained(); })) return;
  running_ = false;
  Tick end = dma.done_at();
  for (const auto& e : engines) end = std::max(end, e->done_at());
  on_done(end);
}

bool NeuronCore::starved() const {
  return std::any_of(engines.begin(), engines.end(), [](const auto& e) { return e->starved(); });
}

void NeuronCore::feed_advanced() {
  for (const auto& e : engines) e->feed_advanced();
}

std::uint64_t NeuronCore::activations() const {
  std::uint64_t n = dma.activations();
  for (const auto& e : engines) n += e->activations();
  return n;
}

Chip::Chip(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time,
           const std::vector<Slot>& slots)
    : sc_module(name),
      memory("device_memory", chip, time, static_cast<int>(slots.size())),
      host("host_link", chip, time, static_cast<int>(slots.size())) {
  for (const Slot& slot : slots) {
    cores.push_back(std::make_unique<NeuronCore>(("core" + std::to_string(slot.core)).c_str(), slot.core, chip, time,
                                                 slot.memories, memory, slot.fault));
    host.sockets[cores.size() - 1].bind(cores.back()->fabric.initiators);
  }
}

}  // namespace inf::sim
