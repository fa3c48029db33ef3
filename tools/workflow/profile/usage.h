#pragma once
#include <cstdint>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "tools/workflow/profile/profile.h"

namespace inf::workflow {

/// Most steps of a curve. A curve that changes more often keeps the maximum of each of so many stretches of equal
/// length; rates are averages of such stretches, so that their bytes are all there.
inline constexpr std::int64_t kUsageSteps = 2000;

/// Usage::of of the two rates.
inline constexpr const char* kMemoryRead = "device memory read";
inline constexpr const char* kMemoryWritten = "device memory written";

/// For every core of a run that was recorded at the level of instructions, on the run's time line in ticks:
///   "SBUF", "PSUM" and "PSUM bank 0" ... in bytes in use (occupancy.h has the meaning and the resolution)
///   "device memory read" and "device memory written" in bytes/ns: each transfer's bytes spread over the times in which
///   the DMA engines serve its shares
///   "DMA transfers pending": triggered and not ended
/// Nothing for a recording without instructions. Limits: the memory's size; the chip's memory bandwidth; 0 for none.
std::vector<Usage> usage_over_time(const RecordedRun& run, const arch::ChipSpec& chip);

}  // namespace inf::workflow
