#include <cstring>

#include "isa/numerics/convert.h"
#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {

// ---- tensor_copy: bit-exact when the dtypes agree, else through fp32
// ---------------------------------------------------------------
void execute(const isa::TensorCopy& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  for (int p = 0; p < inst.src.partitions; ++p) {
    if (inst.src.dtype == inst.dst.dtype) {
      std::uint32_t* row = scratch_words(0, n);
      read_words(memory, inst.src, p, row);
      write_words(memory, inst.dst, p, row);
    } else {
      float* row = scratch_row(0, n);
      read_row(memory, inst.src, p, row);
      write_row(memory, inst.dst, p, row);
    }
  }
}

Cost cost(const isa::TensorCopy& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::stream_interval(chip, engine, shape_of(inst.src), shape_of(inst.dst), inst.src.elements_per_partition()));
}

// ---- memset: one value everywhere
// ----------------------------------------------------------------------------------------------
void execute(const isa::Memset& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.dst.elements_per_partition();
  const std::uint32_t bits = is_float(inst.dst.dtype)
                                 ? numerics::store_f32_bits(inst.dst.dtype, numerics::bits_of(inst.value))
                                 : numerics::to_integer_bits(inst.dst.dtype, numerics::bits_of(inst.value));
  std::uint32_t* row = scratch_words(0, n);
  std::fill(row, row + n, bits);
  for (int p = 0; p < inst.dst.partitions; ++p) write_words(memory, inst.dst, p, row);
}

Cost cost(const isa::Memset& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine,
                   arch::memset_interval(chip, engine, shape_of(inst.dst), numerics::bits_of(inst.value) == 0,
                                         inst.dst.elements_per_partition()));
}

// ---- reciprocal: correctly rounded
// ---------------------------------------------------------------------------------------------
void execute(const isa::Reciprocal& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  float* row = scratch_row(0, n);
  for (int p = 0; p < inst.src.partitions; ++p) {
    read_row(memory, inst.src, p, row);
    numerics::alu_rows(numerics::AluOp::reciprocal, row, nullptr, 0, false, n, row);
    write_row(memory, inst.dst, p, row);
  }
}

Cost cost(const isa::Reciprocal& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine,
                   arch::reciprocal_interval(chip, shape_of(inst.src), inst.src.elements_per_partition()));
}

}  // namespace inf::sim
