#include "isa/numerics/convert.h"
#include "sim/engines/control.h"
#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {
namespace {

/// offset + partition x multiplier + sum(step x index) for one partition of `free`, 32-bit wrapping, in linear order.
void affine_row(std::int32_t offset, std::int32_t multiplier, const isa::Steps& steps, const Pattern& free,
                int partition, std::uint32_t* out) {
  const auto u = [](std::int64_t v) { return static_cast<std::uint32_t>(v); };
  const std::uint32_t start = u(offset) + u(partition) * u(multiplier);
  for (std::uint32_t i = 0; i < free.dims[0].count; ++i)
    for (std::uint32_t j = 0; j < free.dims[1].count; ++j)
      for (std::uint32_t k = 0; k < free.dims[2].count; ++k)
        for (std::uint32_t l = 0; l < free.dims[3].count; ++l)
          *out++ = start + i * u(steps[0]) + j * u(steps[1]) + k * u(steps[2]) + l * u(steps[3]);
}

}  // namespace

// ---- iota: dst = the affine value of each place
// ----------------------------------------------------------------------------------
void execute(const isa::Iota& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.dst.elements_per_partition();
  const Pattern flat = Pattern::row(static_cast<std::uint32_t>(n));
  std::uint32_t* words = scratch_words(0, n);
  for (int p = 0; p < inst.dst.partitions; ++p) {
    affine_row(inst.offset, inst.partition_multiplier, inst.steps, inst.dst.free, p, words);
    if (inst.dst.dtype == DType::int32 || inst.dst.dtype == DType::uint32) {
      write_words(memory, inst.dst, p, words);
    } else {
      float* row = scratch_row(0, n);
      numerics::widen(DType::int32, reinterpret_cast<const std::byte*>(words), flat, row);
      write_row(memory, inst.dst, p, row);
    }
  }
}

Cost cost(const isa::Iota& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine, arch::gpsimd_interval(chip, shape_of(inst.dst), inst.dst.elements_per_partition()));
}

// ---- affine_select: dst = (affine op 0) ? src : fill
// --------------------------------------------------------------------------------
void execute(const isa::AffineSelect& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  std::uint32_t *affine = scratch_words(0, n), *words = scratch_words(1, n);
  float* row = scratch_row(0, n);
  const bool raw = inst.src.dtype == inst.dst.dtype;
  const std::uint32_t fill = is_float(inst.dst.dtype)
                                 ? numerics::store_f32_bits(inst.dst.dtype, numerics::bits_of(inst.fill))
                                 : numerics::to_integer_bits(inst.dst.dtype, numerics::bits_of(inst.fill));
  for (int p = 0; p < inst.src.partitions; ++p) {
    affine_row(inst.offset, inst.partition_multiplier, inst.steps, inst.src.free, p, affine);
    if (raw)
      read_words(memory, inst.src, p, words);
    else
      read_row(memory, inst.src, p, row);
    for (std::int64_t i = 0; i < n; ++i) {
      if (compare_registers(inst.op, static_cast<std::int32_t>(affine[i]), 0)) continue;
      words[i] = fill;
      row[i] = inst.fill;
    }
    if (raw)
      write_words(memory, inst.dst, p, words);
    else
      write_row(memory, inst.dst, p, row);
  }
}

Cost cost(const isa::AffineSelect& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine, arch::gpsimd_interval(chip, shape_of(inst.dst), inst.dst.elements_per_partition()));
}

}  // namespace inf::sim
