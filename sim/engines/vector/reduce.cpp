#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {

using numerics::AluOp;

// ---- tensor_scalar_reduce: dst = src op0 s0; result [P,1] = dst reduced by op1, before dst is rounded to its type
// --------------------
void execute(const isa::TensorScalarReduce& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  float* row = scratch_row(0, n);
  for (int p = 0; p < inst.src.partitions; ++p) {
    read_row(memory, inst.src, p, row);
    numerics::alu_rows(inst.op0, row, nullptr, scalar_at(memory, inst.s0, p), false, n, row);
    float result;
    numerics::reduce_rows(inst.op1, row, 1, n, &result);
    write_row(memory, inst.dst, p, row);
    write_row(memory, inst.result, p, &result);
  }
}

Cost cost(const isa::TensorScalarReduce& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine,
                   arch::tensor_scalar_reduce_interval(chip, shape_of(inst.src), shape_of(inst.dst),
                                                       inst.src.elements_per_partition()));
}

// ---- tensor_reduce: the innermost `axes` dimensions of src, in access-pattern order
// ------------------------------------------------
void execute(const isa::TensorReduce& inst, arch::Engine, Memories& memory, EngineState&) {
  std::int64_t inner = 1;
  for (int i = 0; i < inst.axes; ++i) inner *= inst.src.free.dims[static_cast<std::size_t>(3 - i)].count;
  const std::int64_t n = inst.src.elements_per_partition(), outer = n / inner;
  const bool bits = numerics::class_of(inst.op) == numerics::AluClass::bitvec;
  for (int p = 0; p < inst.src.partitions; ++p) {
    if (bits) {
      std::uint32_t *row = scratch_words(0, n), *out = scratch_words(1, outer);
      read_words(memory, inst.src, p, row);
      for (std::int64_t o = 0; o < outer; ++o) {
        out[o] = row[o * inner];
        for (std::int64_t i = 1; i < inner; ++i)
          out[o] = numerics::bitvec(inst.op, out[o], row[o * inner + i], 8 * size_of(inst.src.dtype));
      }
      write_words(memory, inst.dst, p, out);
      continue;
    }
    float *row = scratch_row(0, n), *out = scratch_row(1, outer);
    read_row(memory, inst.src, p, row);
    numerics::reduce_rows(inst.op, row, outer, inner, out);
    if (inst.negate) numerics::alu_rows(AluOp::multiply, out, nullptr, -1.0f, false, outer, out);
    write_row(memory, inst.dst, p, out);
  }
}

Cost cost(const isa::TensorReduce& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine,
                   arch::tensor_reduce_interval(chip, inst.op, shape_of(inst.src), shape_of(inst.dst),
                                                inst.src.elements_per_partition()));
}

// ---- tensor_tensor_scan: r[i] = (a[i] op0 r[i-1]) op1 b[i]
// -------------------------------------------------------------------------
void execute(const isa::TensorTensorScan& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.a.elements_per_partition();
  float *a = scratch_row(0, n), *b = scratch_row(1, n), *out = scratch_row(2, n);
  for (int p = 0; p < inst.a.partitions; ++p) {
    read_row(memory, inst.a, p, a);
    read_row(memory, inst.b, p, b);
    numerics::scan_row(inst.op0, inst.op1, a, b, scalar_at(memory, inst.initial, p), n, out);
    write_row(memory, inst.dst, p, out);
  }
}

Cost cost(const isa::TensorTensorScan& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine,
                   arch::scan_interval(chip, shape_of(inst.a), shape_of(inst.b), inst.a.elements_per_partition()));
}

// ---- tensor_scalar_cumulative: reg = (src[i] op0 s) op1 reg; dst[i] = reg
// ------------------------------------------------------------
void execute(const isa::TensorScalarCumulative& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  float *row = scratch_row(0, n), *out = scratch_row(1, n);
  for (int p = 0; p < inst.src.partitions; ++p) {
    read_row(memory, inst.src, p, row);
    numerics::alu_rows(inst.op0, row, nullptr, scalar_at(memory, inst.s, p), false, n, row);
    // A scan whose second operator passes its first operand on.
    numerics::scan_row(inst.op1, AluOp::bypass, row, row, scalar_at(memory, inst.initial, p), n, out);
    write_row(memory, inst.dst, p, out);
  }
}

/// Not published; as one streamed input. Source: fact sheet 4.4, assumed.
Cost cost(const isa::TensorScalarCumulative& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::stream_interval(chip, engine, shape_of(inst.src), shape_of(inst.dst), inst.src.elements_per_partition()));
}

}  // namespace inf::sim
