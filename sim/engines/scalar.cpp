#include "isa/numerics/activation.h"
#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {

// ---- activation: dst = f(src x scale + bias), summed into the reduce registers on demand
// -------------------------------------------
void execute(const isa::Activation& inst, arch::Engine, Memories& memory, EngineState& state) {
  const std::int64_t n = inst.src.elements_per_partition();
  float* row = scratch_row(0, n);
  for (int p = 0; p < inst.src.partitions; ++p) {
    read_row(memory, inst.src, p, row);
    numerics::activate(inst.function, row, n, scalar_at(memory, inst.scale, p), scalar_at(memory, inst.bias, p),
                       inst.alpha, row);
    float& sum = state.reduce.sum[static_cast<std::size_t>(inst.dst.start_partition + p)];
    switch (inst.reduce) {
      case isa::ReduceCommand::idle: break;
      case isa::ReduceCommand::reset: sum = 0; break;
      case isa::ReduceCommand::reduce: sum = numerics::accumulate(row, n, sum); break;
      case isa::ReduceCommand::reset_reduce: sum = numerics::accumulate(row, n, 0); break;
    }
    write_row(memory, inst.dst, p, row);
  }
}

Cost cost(const isa::Activation& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::activation_interval(chip, shape_of(inst.src), shape_of(inst.dst), inst.src.elements_per_partition()));
}

// ---- activation_read: dst [P,1] = the reduce registers
// ----------------------------------------------------------------------------
void execute(const isa::ActivationRead& inst, arch::Engine, Memories& memory, EngineState& state) {
  for (int p = 0; p < inst.dst.partitions; ++p)
    write_row(memory, inst.dst, p, &state.reduce.sum[static_cast<std::size_t>(inst.dst.start_partition + p)]);
}

Cost cost(const isa::ActivationRead&, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine, arch::activation_read_interval(chip));
}

}  // namespace inf::sim
