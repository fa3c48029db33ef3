#include "sim/kernel/chip.h"

#include <string>

namespace inf::sim {

NeuronCore::NeuronCore(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time,
                       Memories& memories, std::vector<std::unique_ptr<InstructionStream>>& streams, IssueSink& sink,
                       Fault& fault)
    : sc_module(name),
      semaphores(chip.semaphores.count, sink),
      ports(chip.ports),
      times(chip, time),
      sbuf("sbuf", memories),
      dma("dma", chip, time, semaphores, sink, fault) {
  for (auto& stream : streams) {
    datapaths.push_back(std::make_unique<Datapath>(stream->engine(), chip, time));
    const EngineProcess::Links links{semaphores, ports, dma, sink, fault, times};
    engines.push_back(std::make_unique<EngineProcess>(std::string(arch::name(stream->engine())).c_str(), *stream,
                                                      *datapaths.back(), links));
  }
}

Chip::Chip(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time, Memories& memories,
           std::vector<std::unique_ptr<InstructionStream>>& streams, IssueSink& sink, Fault& fault)
    : sc_module(name),
      core("core0", chip, time, memories, streams, sink, fault),
      device_memory("device_memory", chip, time, memories),
      fabric("fabric"),
      host("host_link", chip, time) {
  for (auto& engine : core.dma.engines) engine->socket.bind(fabric.initiators);
  host.socket.bind(fabric.initiators);
  fabric.device_memory.bind(device_memory.socket);
  fabric.sbuf.bind(core.sbuf.socket);
}

}  // namespace inf::sim
