#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"

namespace inf::isa {

/// Where a preload copy puts its constant: the same bytes of some neighbouring partitions, which no instruction of a
/// call may write. Units: bytes from the start of a partition; half open.
struct PinnedRegion {
  int first_partition = 0, end_partition = 0;
  std::int64_t first_byte = 0, end_byte = 0;
  std::int64_t bytes() const { return (end_partition - first_partition) * (end_byte - first_byte); }
};
PinnedRegion pinned_region(const DmaCopy& copy);

/// Bytes of SBUF that a program keeps from call to call, over all partitions.
std::int64_t pinned_bytes(const ProgramImage& image);

/// The engine on whose behalf the runtime triggers preload copies: the first that `chip` has and that may copy by DMA.
arch::Engine preload_engine(const arch::ChipSpec& chip);

/// What is wrong with the preload section, in words; empty when nothing is. Each copy takes bytes of one constant into
/// one run of bytes on each partition, in the constant's own type; no two of them share a byte of SBUF. With `chip`,
/// each copy also keeps to the limits of a dma_copy.
std::vector<std::string> preload_mistakes(const ProgramImage& image, const arch::ChipSpec* chip);

/// The section's bytes in a program file: encoded instructions. Errors: as encode and decode; import where another
/// instruction than a dma_copy without waits and signal stands there.
std::vector<std::byte> encode_preload(const std::vector<DmaCopy>& preload);
std::vector<DmaCopy> decode_preload(const std::vector<std::byte>& code);

}  // namespace inf::isa
