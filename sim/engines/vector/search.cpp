#include <algorithm>
#include <array>

#include "isa/numerics/convert.h"
#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {
namespace {

constexpr std::int64_t kEight = 8;
constexpr std::uint32_t kMissing = 0xffffffffu;

/// Orders fp32 by value: -0 below +0, NaN above everything.
std::uint32_t order_key(float v) {
  const std::uint32_t b = numerics::canonical_bits(numerics::bits_of(v));
  return b & 0x80000000u ? ~b : b | 0x80000000u;
}

/// Equal as numbers: zeros of both signs are, NaN never is.
bool same_value(float a, float b) {
  const std::uint32_t x = numerics::bits_of(a), y = numerics::bits_of(b);
  if (numerics::is_nan_bits(x) || numerics::is_nan_bits(y)) return false;
  return x == y || ((x | y) & 0x7fffffffu) == 0;
}

/// Index in `row` that each of eight values matches; equal values take successive matches.
std::array<std::uint32_t, 8> match(const float* row, std::int64_t n, const float* values) {
  std::array<std::uint32_t, 8> found;
  for (std::size_t k = 0; k < 8; ++k) {
    std::int64_t from = 0;
    for (std::size_t j = k; j-- > 0;)
      if (same_value(values[j], values[k])) {
        from = found[j] == kMissing ? n : std::int64_t{found[j]} + 1;
        break;
      }
    found[k] = kMissing;
    for (std::int64_t i = from; i < n; ++i)
      if (same_value(row[i], values[k])) {
        found[k] = static_cast<std::uint32_t>(i);
        break;
      }
  }
  return found;
}

}  // namespace

// ---- max8: the eight largest values, descending, duplicates kept
// --------------------------------------------------------------------
void execute(const isa::Max8& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  float* row = scratch_row(0, n);
  for (int p = 0; p < inst.src.partitions; ++p) {
    read_row(memory, inst.src, p, row);
    std::partial_sort(row, row + kEight, row + n, [](float a, float b) { return order_key(a) > order_key(b); });
    write_row(memory, inst.dst, p, row);
  }
}

Cost cost(const isa::Max8& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::stream_interval(chip, engine, shape_of(inst.src), shape_of(inst.dst), inst.src.elements_per_partition()));
}

// ---- find_index8: first index of each of eight values
// --------------------------------------------------------------------------------
void execute(const isa::FindIndex8& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  float *row = scratch_row(0, n), *values = scratch_row(1, kEight);
  for (int p = 0; p < inst.src.partitions; ++p) {
    read_row(memory, inst.src, p, row);
    read_row(memory, inst.values, p, values);
    write_words(memory, inst.dst, p, match(row, n, values).data());
  }
}

Cost cost(const isa::FindIndex8& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::stream_interval(chip, engine, shape_of(inst.src), shape_of(inst.dst), inst.src.elements_per_partition()));
}

// ---- match_replace8: the first match of each of eight values is replaced
// -------------------------------------------------------------
void execute(const isa::MatchReplace8& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  float *row = scratch_row(0, n), *values = scratch_row(1, kEight);
  for (int p = 0; p < inst.src.partitions; ++p) {
    read_row(memory, inst.src, p, row);
    read_row(memory, inst.values, p, values);
    for (const std::uint32_t i : match(row, n, values))
      if (i != kMissing) row[i] = inst.replacement;
    write_row(memory, inst.dst, p, row);
  }
}

Cost cost(const isa::MatchReplace8& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::stream_interval(chip, engine, shape_of(inst.src), shape_of(inst.dst), inst.src.elements_per_partition()));
}

}  // namespace inf::sim
