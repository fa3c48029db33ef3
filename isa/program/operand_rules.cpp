#include <algorithm>

#include "isa/program/rules.h"

namespace inf::isa {
namespace {

std::string memories_text(unsigned memories) {
  std::string text;
  for (Memory m : {Memory::sbuf, Memory::psum, Memory::dram})
    if ((memories & mask(m)) != 0) text += (text.empty() ? "" : " or ") + std::string(name(m));
  return text;
}

std::string part(const FieldInfo& field, const char* what) { return fmt::format("{}.{}", field.name, what); }

int partitions_of(Memory memory, const arch::ChipSpec& chip) {
  constexpr int kMaxDramPartitions = 65535;
  switch (memory) {
    case Memory::sbuf: return chip.sbuf.partitions;
    case Memory::psum: return chip.psum.partitions;
    case Memory::dram: return kMaxDramPartitions;
  }
  return 0;
}

Violation check_memory(const Access& a, const FieldInfo& field, bool, const RuleContext&) {
  if ((field.memories & mask(a.memory)) != 0) return {};
  return violated("{} is in {}; {} is allowed", field.name, name(a.memory), memories_text(field.memories));
}

Violation check_reach(const Access& a, const FieldInfo& field, bool, const RuleContext& c) {
  if (a.memory != Memory::psum || c.engine != arch::Engine::gpsimd) return {};
  return violated("{} is in psum", field.name);
}

Violation check_dtype(const Access& a, const FieldInfo& field, bool, const RuleContext& c) {
  const std::vector<DType>& known = c.chip.dtypes;
  if (std::find(known.begin(), known.end(), a.dtype) != known.end()) return {};
  std::string list;
  for (DType t : known) list += (list.empty() ? "" : ", ") + std::string(name(t));
  return wrong_dtype(field.name, a.dtype, list);
}

Violation check_partitions(const Access& a, const FieldInfo& field, bool, const RuleContext& c) {
  const int most = partitions_of(a.memory, c.chip);
  if (a.partitions >= 1 && a.partitions <= most) return {};
  return outside(part(field, "partitions"), a.partitions, 1, most);
}

Violation check_start(const Access& a, const FieldInfo& field, bool dma, const RuleContext& c) {
  if (a.memory == Memory::dram)
    return a.start_partition == 0 ? Violation() : outside(part(field, "start_partition"), a.start_partition, 0, 0);
  const int all = partitions_of(a.memory, c.chip);
  if (a.start_partition + a.partitions > all)
    return violated("{} = {}..{} leaves 0..{}", part(field, "partitions"), a.start_partition,
                    a.start_partition + a.partitions - 1, all - 1);
  if (dma) return {};
  const int grain = start_grain(a.partitions);
  if (a.start_partition % grain == 0) return {};
  std::string starts = "0";
  for (int start = grain; start < all; start += grain)
    starts += fmt::format("{}{}", start + grain < all ? ", " : " or ", start);
  return violated("{} = {} with {} partitions; {} is allowed", part(field, "start_partition"), a.start_partition,
                  a.partitions, starts);
}

Violation check_pattern(const Access& a, const FieldInfo& field, bool, const RuleContext&) {
  const bool wide = (field.memories & kDram) != 0;
  for (std::size_t i = 0; i < a.free.dims.size(); ++i) {
    const Dim& dim = a.free.dims[i];
    if (dim.count >= 1 && (wide || (dim.count <= kMaxCount && dim.step >= kMinStep && dim.step <= kMaxStep))) continue;
    if (dim.count < 1 || dim.count > kMaxCount)
      return outside(fmt::format("{}.count[{}]", field.name, i), dim.count, 1, kMaxCount);
    return outside(fmt::format("{}.step[{}]", field.name, i), dim.step, kMinStep, kMaxStep);
  }
  return {};
}

Violation check_free_size(const Access& a, const FieldInfo& field, bool dma, const RuleContext&) {
  if (dma) return {};
  const std::int64_t most = a.memory == Memory::psum ? kMaxFreePsum : kMaxFreeSbuf;
  if (a.elements_per_partition() <= most) return {};
  return outside(part(field, "elements"), a.elements_per_partition(), 1, most);
}

Violation check_bounds(const Access& a, const FieldInfo& field, bool, const RuleContext& c) {
  if (a.base_register != 0) return {};
  const std::int64_t size = size_of(a.dtype);
  std::int64_t low = a.offset + a.free.lowest() * size, high = a.offset + (a.free.highest() + 1) * size;
  std::int64_t limit = 0;
  switch (a.memory) {
    case Memory::sbuf: limit = c.chip.sbuf_usable(); break;
    case Memory::psum: limit = c.chip.psum.banks * c.chip.psum.bank_bytes; break;
    case Memory::dram: {
      const std::int64_t across = a.partition_step * (std::int64_t{a.partitions} - 1);
      (across < 0 ? low : high) += across;
      limit = c.chip.memory.bytes;
    }
  }
  if (low >= 0 && high <= limit) return {};
  return violated("{} covers bytes {}..{} of {}; it has 0..{}", field.name, low, high - 1, name(a.memory), limit - 1);
}

Violation check_step(const Access& a, const FieldInfo& field, bool, const RuleContext&) {
  if (a.memory == Memory::dram || a.partition_step == 0) return {};
  return violated("{} = {} in {}", part(field, "partition_step"), a.partition_step, name(a.memory));
}

Violation check_register(const Access& a, const FieldInfo& field, bool, const RuleContext& c) {
  if (a.base_register == 0 || (a.base_register <= c.chip.sequencer.registers && c.chip.sequencer.loops)) return {};
  if (!c.chip.sequencer.loops)
    return violated("{} uses r{}; {} has no register-driven addresses", field.name, a.base_register - 1, c.chip.name);
  return outside(part(field, "base_register"), a.base_register - 1, 0, c.chip.sequencer.registers - 1);
}

}  // namespace

const std::vector<OperandRule>& operand_rules() {
  static const std::vector<OperandRule> rules = {
      {"an operand lies in a memory that the instruction's row allows", "fact sheet 2.1", check_memory},
      {"gpsimd does not reach psum", "fact sheet 2.1", check_reach},
      {"an operand has one of chip.dtypes", "fact sheet 7.1", check_dtype},
      {"partitions: 1..sbuf.partitions or 1..psum.partitions; in device memory 1..65535", "fact sheet 4",
       check_partitions},
      {"more than 128 partitions start at 0, 65..128 at multiples of 128, 33..64 at multiples of 64, up to 32 at "
       "multiples of 32 (DMA: anywhere); in device memory at 0",
       "fact sheet 4, 8.3", check_start},
      {"each count is 1..65535 and each step fits 16 bits (32 bits where an operand may lie in device memory)",
       "fact sheet 4", check_pattern},
      {"free elements: at most 65536 in sbuf, 4096 in psum (not for DMA)", "fact sheet 4", check_free_size},
      {"every element lies inside its partition's usable bytes, or inside device memory", "fact sheet 2.1",
       check_bounds},
      {"only device memory has a partition step", "fact sheet 4", check_step},
      {"an address register is below sequencer.registers, on a chip with sequencer.loops", "fact sheet 6",
       check_register},
  };
  return rules;
}

}  // namespace inf::isa
