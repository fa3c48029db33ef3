#include "isa/numerics/convert.h"
#include "isa/numerics/rounding.h"
#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {
namespace {

/// 32 random bits of element i of the engine's n-th random instruction.
std::uint32_t draw(const RandomState& state, std::int64_t element) {
  return static_cast<std::uint32_t>(
      numerics::random_bits(state.seed, state.instructions, static_cast<std::uint64_t>(element)));
}

}  // namespace

// ---- set_rng_seed
// ----------------------------------------------------------------------------------------------------------------
void execute(const isa::SetRngSeed& inst, arch::Engine, Memories&, EngineState& state) {
  state.random = {inst.seed, 0};
}

/// Not published; the floor of the engine. Source: assumed.
Cost cost(const isa::SetRngSeed&, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(chip, engine, arch::stream_interval(chip, engine, {}, {}, 1));
}

// ---- rng: random bits, truncated to the integer type
// -------------------------------------------------------------------------------
void execute(const isa::Rng& inst, arch::Engine, Memories& memory, EngineState& state) {
  const std::int64_t n = inst.dst.elements_per_partition();
  std::uint32_t* row = scratch_words(0, n);
  for (int p = 0; p < inst.dst.partitions; ++p) {
    for (std::int64_t i = 0; i < n; ++i) row[i] = draw(state.random, p * n + i);
    write_words(memory, inst.dst, p, row);
  }
  ++state.random.instructions;
}

Cost cost(const isa::Rng& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::stream_interval(chip, engine, shape_of(inst.dst), shape_of(inst.dst), inst.dst.elements_per_partition()));
}

// ---- dropout: zero with probability p: where the random word lies below p x 2^32
// ---------------------------------------------------
void execute(const isa::Dropout& inst, arch::Engine, Memories& memory, EngineState& state) {
  const std::int64_t n = inst.src.elements_per_partition();
  std::uint32_t* row = scratch_words(0, n);
  for (int p = 0; p < inst.src.partitions; ++p) {
    const float probability = scalar_at(memory, inst.p, p);
    const float scaled = numerics::alu(numerics::AluOp::multiply, probability, 4294967296.0f);
    const std::uint32_t threshold = numerics::to_integer_bits(DType::uint32, numerics::bits_of(scaled));
    const bool always = numerics::alu(numerics::AluOp::ge, probability, 1.0f) != 0;
    read_words(memory, inst.src, p, row);
    for (std::int64_t i = 0; i < n; ++i)
      if (always || draw(state.random, p * n + i) < threshold) row[i] = 0;
    write_words(memory, inst.dst, p, row);
  }
  ++state.random.instructions;
}

Cost cost(const isa::Dropout& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::stream_interval(chip, engine, shape_of(inst.src), shape_of(inst.dst), inst.src.elements_per_partition()));
}

}  // namespace inf::sim
