#include <algorithm>
#include <string>
#include <vector>

#include "isa/base/error.h"
#include "sim/engines/execute.h"
#include "sim/engines/operands.h"

namespace inf::sim {
namespace {

constexpr int kGroup = 16;  ///< partitions of one processor

void check_index(const char* name, std::uint64_t last, std::int64_t elements, int partition) {
  if (last < static_cast<std::uint64_t>(elements)) return;
  throw Error(ErrorKind::illegal_instruction, "",
              std::string(name) + " reads element " + std::to_string(last) + " on partition " +
                  std::to_string(partition) + ", outside 0.." + std::to_string(elements - 1),
              {"every index must lie inside src"});
}

}  // namespace

// ---- local_gather: 16 partitions share one list of indices, which runs down the partitions first
// -------------------------------------
void execute(const isa::LocalGather& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition(), per_partition = inst.indices.elements_per_partition(),
                     run = inst.run;
  const std::int64_t count = per_partition * kGroup;
  std::uint32_t *src = scratch_words(0, n), *row = scratch_words(1, std::max(per_partition, count * run));
  std::vector<std::uint32_t> list(static_cast<std::size_t>(count));
  for (int first = 0; first < inst.src.partitions; first += kGroup) {
    for (int p = 0; p < kGroup; ++p) {
      read_words(memory, inst.indices, first + p, row);
      for (std::int64_t i = 0; i < per_partition; ++i) list[static_cast<std::size_t>(i * kGroup + p)] = row[i];
    }
    for (int p = first; p < first + kGroup; ++p) {
      read_words(memory, inst.src, p, src);
      for (std::int64_t i = 0; i < count; ++i) {
        const std::uint64_t at = std::uint64_t{list[static_cast<std::size_t>(i)]} * static_cast<std::uint64_t>(run);
        check_index("local_gather", at + static_cast<std::uint64_t>(run) - 1, n, p);
        std::copy_n(src + at, run, row + i * run);
      }
      write_words(memory, inst.dst, p, row);
    }
  }
}

/// Indices of one processor: those of its 16 partitions.
Cost cost(const isa::LocalGather& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  return lane_cost(
      chip, engine,
      arch::local_gather_interval(chip, inst.src.dtype, inst.indices.elements_per_partition() * kGroup, inst.run));
}

// ---- gather: per partition dst[i] = src[index[i]]
// ------------------------------------------------------------------------------------
void execute(const isa::Gather& inst, arch::Engine, Memories& memory, EngineState&) {
  const std::int64_t n = inst.src.elements_per_partition(), count = inst.indices.elements_per_partition();
  std::uint32_t *src = scratch_words(0, n), *index = scratch_words(1, count), *row = scratch_words(2, count);
  for (int p = 0; p < inst.src.partitions; ++p) {
    read_words(memory, inst.src, p, src);
    read_words(memory, inst.indices, p, index);
    for (std::int64_t i = 0; i < count; ++i) {
      check_index("gather", index[i], n, p);
      row[i] = src[index[i]];
    }
    write_words(memory, inst.dst, p, row);
  }
}

Cost cost(const isa::Gather& inst, arch::Engine engine, const arch::ChipSpec& chip) {
  const std::int64_t rounds = arch::lane_rounds(chip, engine, inst.indices.partitions);
  return lane_cost(chip, engine, arch::gather_interval(chip, inst.indices.elements_per_partition() * rounds));
}

}  // namespace inf::sim
