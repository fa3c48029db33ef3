#include <vector>

#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {
namespace {

constexpr int kGroup = 32;  ///< partitions of one bank of vector lanes

/// All partitions of one group, [kGroup][n] words, read before any is written: source and destination may be the same.
std::vector<std::uint32_t> read_group(Memories& memory, const isa::Access& a, int group) {
  const std::int64_t n = a.elements_per_partition();
  std::vector<std::uint32_t> words(static_cast<std::size_t>(kGroup * n));
  for (int i = 0; i < kGroup; ++i) read_words(memory, a, group * kGroup + i, words.data() + i * n);
  return words;
}

}  // namespace

// ---- stream_shuffle: within each group of 32 partitions, output i takes input mask[i]
// ------------------------------------------------
void execute(const isa::StreamShuffle& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  for (int g = 0; g < inst.src.partitions / kGroup; ++g) {
    const std::vector<std::uint32_t> words = read_group(memory, inst.src, g);
    for (int i = 0; i < kGroup; ++i) {
      const std::uint8_t from = inst.mask[static_cast<std::size_t>(i)];
      if (from != isa::kShuffleKeep) write_words(memory, inst.dst, g * kGroup + i, words.data() + from * n);
    }
  }
}

Cost cost(const isa::StreamShuffle& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::stream_interval(chip, engine, shape_of(inst.src), shape_of(inst.dst), inst.src.elements_per_partition()));
}

// ---- transpose32: each block of 32 partitions x 32 elements is transposed where it stands
// --------------------------------------------
void execute(const isa::Transpose32& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition();
  std::uint32_t* row = scratch_words(0, n);
  for (int g = 0; g < inst.src.partitions / kGroup; ++g) {
    const std::vector<std::uint32_t> words = read_group(memory, inst.src, g);
    for (int i = 0; i < kGroup; ++i) {
      for (std::int64_t block = 0; block < n; block += kGroup)
        for (std::int64_t j = 0; j < kGroup; ++j) row[block + j] = words[static_cast<std::size_t>(j * n + block + i)];
      write_words(memory, inst.dst, g * kGroup + i, row);
    }
  }
}

Cost cost(const isa::Transpose32& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::stream_interval(chip, engine, shape_of(inst.src), shape_of(inst.dst), inst.src.elements_per_partition()));
}

}  // namespace inf::sim
