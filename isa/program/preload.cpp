#include "isa/program/preload.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "isa/base/error.h"
#include "isa/program/codec.h"
#include "isa/program/validate.h"

namespace inf::isa {
namespace {

/// One run of neighbouring elements on each partition.
bool is_run(const Access& a) {
  std::int64_t step = 1;
  for (std::size_t d = a.free.dims.size(); d-- > 0;) {
    const Dim& dim = a.free.dims[d];
    if (dim.count != 1 && dim.step != step) return false;
    step *= dim.count;
  }
  return true;
}

/// First byte and end of what an access of device memory with steps of 0 and more touches.
std::pair<std::int64_t, std::int64_t> dram_range(const Access& a) {
  std::int64_t low = a.offset, high = a.offset;
  for (const Dim& dim : a.free.dims) {
    const std::int64_t reach = std::int64_t{dim.step} * (std::int64_t{dim.count} - 1) * size_of(a.dtype);
    (reach < 0 ? low : high) += reach;
  }
  const std::int64_t reach = a.partition_step * (a.partitions - 1);
  (reach < 0 ? low : high) += reach;
  return {low, high + size_of(a.dtype)};
}

std::string form_mistake(const DmaCopy& copy, const ProgramImage& image) {
  if (copy.dst.memory != Memory::sbuf) return fmt::format("dst lies in {}, not in sbuf", name(copy.dst.memory));
  if (copy.src.memory != Memory::dram)
    return fmt::format("src lies in {}, not in device memory", name(copy.src.memory));
  if (copy.dst.base_register != 0 || copy.src.base_register != 0) return "an address comes from a register";
  if (copy.accumulate) return "accumulate is set";
  if (copy.dst.dtype != copy.src.dtype) return "dst and src have different dtypes";
  if (copy.dst.elements() != copy.src.elements())
    return fmt::format("dst has {} elements, src {}", copy.dst.elements(), copy.src.elements());
  if (!is_run(copy.dst)) return "dst is not one run of elements on each partition";
  const auto [first, end] = dram_range(copy.src);
  const bool known = std::any_of(image.tensors.begin(), image.tensors.end(), [&, lo = first, hi = end](const auto& t) {
    return t.role == TensorEntry::Role::constant && t.offset <= lo && hi <= t.offset + t.bytes;
  });
  if (!known) return fmt::format("src, bytes {}..{} of device memory, lies in no constant", first, end - 1);
  return "";
}

bool meet(const PinnedRegion& a, const PinnedRegion& b) {
  return a.first_partition < b.end_partition && b.first_partition < a.end_partition && a.first_byte < b.end_byte &&
         b.first_byte < a.end_byte;
}

std::string chip_mistake(const DmaCopy& copy, const arch::ChipSpec& chip) {
  Instruction instruction;
  instruction.op = copy;
  try {
    validate(instruction, preload_engine(chip), chip);
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

/// Pairs of regions that share a byte, found along ascending bytes.
void add_overlaps(const std::vector<PinnedRegion>& regions, std::vector<std::string>& mistakes) {
  std::vector<std::size_t> order(regions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return regions[a].first_byte < regions[b].first_byte; });
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t j = i + 1; j < order.size() && regions[order[j]].first_byte < regions[order[i]].end_byte; ++j)
      if (meet(regions[order[i]], regions[order[j]]))
        mistakes.push_back(fmt::format("preload {} and preload {} share SBUF bytes from {} on",
                                       std::min(order[i], order[j]), std::max(order[i], order[j]),
                                       regions[order[j]].first_byte));
}

}  // namespace

PinnedRegion pinned_region(const DmaCopy& copy) {
  const Access& a = copy.dst;
  return {a.start_partition, a.start_partition + a.partitions, a.offset,
          a.offset + a.elements_per_partition() * size_of(a.dtype)};
}

std::int64_t pinned_bytes(const ProgramImage& image) {
  std::int64_t sum = 0;
  for (const DmaCopy& copy : image.preload) sum += pinned_region(copy).bytes();
  return sum;
}

arch::Engine preload_engine(const arch::ChipSpec& chip) {
  for (const arch::Engine e : {arch::Engine::sync, arch::Engine::vector, arch::Engine::scalar})
    if (chip.has(e)) return e;
  return arch::Engine::tensor;
}

std::vector<std::string> preload_mistakes(const ProgramImage& image, const arch::ChipSpec* chip) {
  std::vector<std::string> mistakes;
  std::vector<PinnedRegion> regions;
  for (std::size_t i = 0; i < image.preload.size(); ++i) {
    const DmaCopy& copy = image.preload[i];
    std::string mistake = form_mistake(copy, image);
    if (mistake.empty() && chip != nullptr) mistake = chip_mistake(copy, *chip);
    if (!mistake.empty()) mistakes.push_back(fmt::format("preload {}: {}", i, mistake));
    regions.push_back(pinned_region(copy));
  }
  if (mistakes.empty()) add_overlaps(regions, mistakes);
  return mistakes;
}

std::vector<std::byte> encode_preload(const std::vector<DmaCopy>& preload) {
  std::vector<std::byte> code;
  for (const DmaCopy& copy : preload) {
    Instruction instruction;
    instruction.op = copy;
    encode(instruction, code);
  }
  return code;
}

std::vector<DmaCopy> decode_preload(const std::vector<std::byte>& code) {
  std::vector<DmaCopy> preload;
  for (const Instruction& instruction : decode_all(code)) {
    const auto* copy = std::get_if<DmaCopy>(&instruction.op);
    if (copy == nullptr || instruction.waits[0].used || instruction.waits[1].used || instruction.signal.used)
      throw Error(ErrorKind::import, "", "a preload section holds something else than plain dma_copy instructions");
    preload.push_back(*copy);
  }
  return preload;
}

}  // namespace inf::isa
