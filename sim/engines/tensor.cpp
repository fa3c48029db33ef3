#include "sim/engines/tensor.h"

#include <array>
#include <vector>

#include "isa/base/error.h"
#include "isa/numerics/convert.h"
#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {

// ---- load_stationary: weights [K part, M free] into the array
// ------------------------------------------------------------------
std::shared_ptr<const numerics::Stationary> load_weights(const isa::LoadStationary& inst, Memories& memory) {
  return std::make_shared<const numerics::Stationary>(memory.const_tile(inst.src));
}

void execute(const isa::LoadStationary& inst, arch::Engine, Memories& memory, EngineState& state) {
  state.stationary = load_weights(inst, memory);
}

Cost cost(const isa::LoadStationary& inst, arch::Engine, const arch::ChipSpec& chip) {
  const Cycles interval = arch::load_stationary_interval(chip, shape_of(inst.src), inst.src.elements_per_partition());
  return {interval, interval + arch::load_stationary_latency(chip)};
}

// ---- matmul: psum [M part, N free] = or += transpose(weights) x moving [K part, N free]
// ------------------------------------------
void multiply(const isa::Matmul& inst, const numerics::Stationary& weights, Memories& memory) {
  numerics::matmul(weights, memory.const_tile(inst.moving), memory.tile(inst.dst), inst.accumulate);
}

void execute(const isa::Matmul& inst, arch::Engine, Memories& memory, EngineState& state) {
  if (!state.stationary)
    throw Error(ErrorKind::illegal_instruction, "", "matmul before any load_stationary", {"load weights first"});
  multiply(inst, *state.stationary, memory);
}

/// The last row enters after the interval and leaves the array fixed_latency, the rows and the columns later.
Cost cost(const isa::Matmul& inst, arch::Engine, const arch::ChipSpec& chip) {
  const Cycles interval = arch::matmul_interval(chip, shape_of(inst.moving), inst.moving.elements_per_partition());
  return {interval, interval + arch::matmul_latency(chip, inst.moving.partitions, inst.dst.partitions),
          arch::weight_switch_interval(chip, shape_of(inst.moving))};
}

// ---- transpose: the data as weights, an identity as moving operand
// ---------------------------------------------------------------
namespace {

/// Identity matrix of a type that may meet `with` in the array.
struct Identity {
  DType dtype;
  std::vector<std::byte> bytes;
  Identity(DType with, int n) {
    const bool wide = with == DType::fp32 || with == DType::tf32;
    dtype = wide ? DType::fp32 : with == DType::int8 ? DType::int8 : DType::bf16;
    const auto size = static_cast<std::size_t>(size_of(dtype)), side = static_cast<std::size_t>(n);
    bytes.resize(side * side * size);
    const std::uint32_t one = numerics::store_f32_bits(dtype, numerics::bits_of(1.0f));
    for (std::size_t i = 0; i < side; ++i)
      for (std::size_t b = 0; b < size; ++b) bytes[(i * side + i) * size + b] = static_cast<std::byte>(one >> (8 * b));
  }
  numerics::ConstTile tile(int n) const {
    return {bytes.data(), bytes.size() / static_cast<std::size_t>(n), n, dtype,
            Pattern::row(static_cast<std::uint32_t>(n))};
  }
};

}  // namespace

void execute(const isa::Transpose& inst, arch::Engine, Memories& memory, EngineState& state) {
  state.stationary = std::make_shared<const numerics::Stationary>(memory.const_tile(inst.src));
  const Identity identity(inst.src.dtype, inst.src.partitions);
  numerics::matmul(*state.stationary, identity.tile(inst.src.partitions), memory.tile(inst.dst), false);
}

Cost cost(const isa::Transpose& inst, arch::Engine, const arch::ChipSpec& chip) {
  const Cycles interval =
      arch::transpose_interval(chip, shape_of(inst.src), inst.src.partitions, inst.src.elements_per_partition());
  return {interval, interval + arch::matmul_latency(chip, inst.src.partitions, inst.dst.partitions),
          arch::weight_switch_interval(chip, shape_of(inst.src))};
}

}  // namespace inf::sim
