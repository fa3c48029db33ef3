#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {

// ---- partition_reduce: dst [1 part] = src reduced across partitions, ascending
// --------------------------------------------------------
void execute(const isa::PartitionReduce& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  if (numerics::class_of(inst.op) == numerics::AluClass::bitvec) {
    std::uint32_t *sum = scratch_words(0, n), *row = scratch_words(1, n);
    read_words(memory, inst.src, 0, sum);
    for (int p = 1; p < inst.src.partitions; ++p) {
      read_words(memory, inst.src, p, row);
      numerics::bitvec_rows(inst.op, sum, row, 0, false, 8 * size_of(inst.src.dtype), n, sum);
    }
    write_words(memory, inst.dst, 0, sum);
    return;
  }
  float *sum = scratch_row(0, n), *row = scratch_row(1, n);
  read_row(memory, inst.src, 0, sum);
  for (int p = 1; p < inst.src.partitions; ++p) {
    read_row(memory, inst.src, p, row);
    numerics::alu_rows(inst.op, sum, row, 0, false, n, sum);
  }
  write_row(memory, inst.dst, 0, sum);
}

Cost cost(const isa::PartitionReduce& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine,
                   arch::partition_reduce_interval(chip, shape_of(inst.src), inst.src.elements_per_partition()));
}

}  // namespace inf::sim
