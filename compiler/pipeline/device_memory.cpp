#include "compiler/pipeline/device_memory.h"

#include <fmt/format.h>

#include "compiler/ir/names.h"
#include "compiler/passes/graph_passes.h"
#include "compiler/passes/plain_loops.h"
#include "compiler/streams/plan_sbuf.h"
#include "compiler/tiles/estimate.h"
#include "compiler/tiles/lower.h"
#include "isa/base/shortage.h"

namespace inf::compiler {

DeviceMemoryNeed device_memory_need(const TileProgram& program) {
  DeviceMemoryNeed need;
  need.bytes = program.dram_bytes;
  for (const TileTensor& tensor : program.tensors) {
    if (tensor.parent != kNoTensor) continue;
    const std::int64_t bytes = elements(tensor.shape) * static_cast<std::int64_t>(size_of(tensor.dtype));
    if (tensor.role == TileTensor::Role::constant) {
      need.constants += bytes;
    } else if (bytes > need.largest_bytes) {
      need.largest_bytes = bytes;
      need.largest = fmt::format("'{}' {} {}", tensor.name, to_string(tensor.shape), name(tensor.dtype));
    }
  }
  return need;
}

DeviceMemoryNeed device_memory_need(Graph graph, const arch::ChipSpec& chip, const CompileOptions& options) {
  if (!chip.sequencer.loops) unroll_loops(graph);
  run_graph_passes(graph, {});
  Lowered lowered = lower(graph, chip, options, weight_ring_bytes(chip));
  plan_sbuf(lowered.program, chip);
  plan_memory(lowered.program);
  return device_memory_need(lowered.program);
}

void check_device_memory(const DeviceMemoryNeed& need, const arch::ChipSpec& chip, const std::string& model) {
  if (need.bytes <= chip.memory.bytes) return;
  throw ShortageError(
      ErrorKind::unsupported, model,
      fmt::format("needs {} bytes of device memory, {} has {}", need.bytes, chip.name, chip.memory.bytes),
      {"device memory for " + model, static_cast<double>(need.bytes), static_cast<double>(chip.memory.bytes), "bytes",
       "chip.memory.bytes"},
      {need.largest.empty() ? "its weights alone take that much"
                            : fmt::format("the largest of its tensors, {}, takes {} bytes; weights take {}",
                                          need.largest, need.largest_bytes, need.constants),
       "use a smaller input or batch"});
}

}  // namespace inf::compiler
