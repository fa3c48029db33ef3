#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {

// ---- tensor_copy_predicated: dst = src where pred, else unchanged; bits are moved as they are
// ----------------------------------------
void execute(const isa::TensorCopyPredicated& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  std::uint32_t *src = scratch_words(0, n), *pred = scratch_words(1, n), *dst = scratch_words(2, n);
  for (int p = 0; p < inst.src.partitions; ++p) {
    read_words(memory, inst.src, p, src);
    read_words(memory, inst.pred, p, pred);
    read_words(memory, inst.dst, p, dst);
    for (std::int64_t i = 0; i < n; ++i)
      if ((pred[i] != 0) != inst.reverse) dst[i] = src[i];
    write_words(memory, inst.dst, p, dst);
  }
}

Cost cost(const isa::TensorCopyPredicated& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::predicated_interval(chip, shape_of(inst.src), shape_of(inst.pred), inst.src.elements_per_partition()));
}

// ---- select_reduce: dst = pred ? a : b; result [P,1] = max of dst, before dst is rounded to its type
// ----------------------------------
void execute(const isa::SelectReduce& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.a.elements_per_partition();
  float* row = scratch_row(0, n);
  std::uint32_t* pred = scratch_words(0, n);
  for (int p = 0; p < inst.a.partitions; ++p) {
    read_row(memory, inst.a, p, row);
    read_words(memory, inst.pred, p, pred);
    const float b = scalar_at(memory, inst.b, p);
    for (std::int64_t i = 0; i < n; ++i)
      if (pred[i] == 0) row[i] = b;
    float result;
    numerics::reduce_rows(numerics::AluOp::max, row, 1, n, &result);
    write_row(memory, inst.dst, p, row);
    write_row(memory, inst.result, p, &result);
  }
}

Cost cost(const isa::SelectReduce& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::select_reduce_interval(chip, shape_of(inst.a), shape_of(inst.pred), inst.a.elements_per_partition()));
}

}  // namespace inf::sim
