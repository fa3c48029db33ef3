#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "tools/workflow/profile/profile.h"
#include "tools/workflow/recorded_run.h"
#include "tools/workflow/report.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// Everything that is known of a recorded run on `chip`. `head` says what ran; all times are those of the recording.
/// Sums are exact in ticks: busy and idle time of each engine make up the profile's ticks, once for each core that ran
/// programs; so do the stretches of the critical path.
Profile build_profile(const Report& head, const RecordedRun& run, const arch::ChipSpec& chip);

/// What the workload asked for, for Profile::settings: "batch", "precision", "weights", ...
std::vector<std::pair<std::string, std::string>> run_settings(const Workload& workload);

/// Every parameter that the chip's file has: "chip." and its path.
std::vector<std::pair<std::string, std::string>> chip_settings(const arch::ChipSpec& chip);
inline constexpr const char* kChipSetting = "chip.";

/// Why engines have nothing to do, beside the reasons that the simulator knows.
struct IdleReason {
  const char* name;
  const char* definition;
};
std::span<const IdleReason> idle_reasons();

}  // namespace inf::workflow
