#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {
namespace {

using numerics::AluOp;

bool is_bitvec(AluOp op) { return numerics::class_of(op) == numerics::AluClass::bitvec; }
bool is_word(DType t) { return t == DType::int32 || t == DType::uint32; }

/// GpSimd adds, subtracts and multiplies 32-bit integers exactly; vector takes them through fp32.
/// Source: fact sheet 4.4, 7.2; documented.
bool exact_integer(arch::Engine engine, AluOp op, DType a, DType b, DType dst) {
  return engine == arch::Engine::gpsimd && is_word(a) && is_word(b) && is_word(dst) &&
         (op == AluOp::add || op == AluOp::subtract || op == AluOp::multiply);
}

}  // namespace

// ---- tensor_tensor: dst = a op b
// -----------------------------------------------------------------------------------------------
void execute(const isa::TensorTensor& inst, arch::Engine engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.a.elements_per_partition();
  const bool bits = is_bitvec(inst.op),
             integers = exact_integer(engine, inst.op, inst.a.dtype, inst.b.dtype, inst.dst.dtype);
  for (int p = 0; p < inst.a.partitions; ++p) {
    if (bits || integers) {
      std::uint32_t *a = scratch_words(0, n), *b = scratch_words(1, n);
      read_words(memory, inst.a, p, a);
      read_words(memory, inst.b, p, b);
      if (bits)
        numerics::bitvec_rows(inst.op, a, b, 0, false, 8 * size_of(inst.a.dtype), n, a);
      else
        numerics::integer_rows(inst.op, a, b, 0, false, n, a);
      write_words(memory, inst.dst, p, a);
    } else {
      float *a = scratch_row(0, n), *b = scratch_row(1, n);
      read_row(memory, inst.a, p, a);
      read_row(memory, inst.b, p, b);
      numerics::alu_rows(inst.op, a, b, 0, false, n, a);
      write_row(memory, inst.dst, p, a);
    }
  }
}

Cost cost(const isa::TensorTensor& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine,
                   arch::tensor_tensor_interval(chip, engine, inst.op, shape_of(inst.a), shape_of(inst.b),
                                                shape_of(inst.dst), inst.a.elements_per_partition()));
}

// ---- tensor_scalar: dst = (src op0 s0) op1 s1
// ------------------------------------------------------------------------------------
void execute(const isa::TensorScalar& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  const bool second = inst.op1 != AluOp::bypass || inst.reverse1;
  for (int p = 0; p < inst.src.partitions; ++p) {
    if (is_bitvec(inst.op0)) {
      const int width = 8 * size_of(inst.src.dtype);
      std::uint32_t* row = scratch_words(0, n);
      read_words(memory, inst.src, p, row);
      numerics::bitvec_rows(inst.op0, row, nullptr, scalar_bits_at(memory, inst.s0, inst.src.dtype, p), inst.reverse0,
                            width, n, row);
      if (is_bitvec(inst.op1))
        numerics::bitvec_rows(inst.op1, row, nullptr, scalar_bits_at(memory, inst.s1, inst.src.dtype, p), inst.reverse1,
                              width, n, row);
      write_words(memory, inst.dst, p, row);
    } else {
      float* row = scratch_row(0, n);
      read_row(memory, inst.src, p, row);
      numerics::alu_rows(inst.op0, row, nullptr, scalar_at(memory, inst.s0, p), inst.reverse0, n, row);
      if (second) numerics::alu_rows(inst.op1, row, nullptr, scalar_at(memory, inst.s1, p), inst.reverse1, n, row);
      write_row(memory, inst.dst, p, row);
    }
  }
}

Cost cost(const isa::TensorScalar& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine,
                   arch::tensor_scalar_interval(chip, engine, inst.op0, shape_of(inst.src), shape_of(inst.dst),
                                                inst.src.elements_per_partition()));
}

// ---- scalar_tensor_tensor: dst = (a op0 s) op1 b
// ---------------------------------------------------------------------------------
void execute(const isa::ScalarTensorTensor& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.a.elements_per_partition();
  float *a = scratch_row(0, n), *b = scratch_row(1, n);
  for (int p = 0; p < inst.a.partitions; ++p) {
    read_row(memory, inst.a, p, a);
    read_row(memory, inst.b, p, b);
    numerics::alu_rows(inst.op0, a, nullptr, scalar_at(memory, inst.s, p), false, n, a);
    numerics::alu_rows(inst.op1, a, b, 0, false, n, a);
    write_row(memory, inst.dst, p, a);
  }
}

Cost cost(const isa::ScalarTensorTensor& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine,
                   arch::scalar_tensor_tensor_interval(chip, inst.op0, inst.op1, shape_of(inst.a), shape_of(inst.b),
                                                       shape_of(inst.dst), inst.a.elements_per_partition()));
}

}  // namespace inf::sim
