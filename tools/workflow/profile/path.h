#pragma once
#include "isa/arch/chip_spec.h"
#include "tools/workflow/profile/profile.h"
#include "tools/workflow/recorded_run.h"

namespace inf::workflow {

/// PathStretch::cause of a stretch with operators on the host, and of one between programs.
inline constexpr const char* kPathHost = "host";
inline constexpr const char* kPathBetween = "between programs";

/// Fills Profile::path, from 0 to Profile::ticks without a gap, and each operator's part of it. Nothing without
/// instructions in the recording. `profile` must have its ticks, programs and operators. Where programs of several
/// cores ran at one time, the path goes through those that ended last.
void add_path(const RecordedRun& run, const arch::ChipSpec& chip, Profile& profile);

}  // namespace inf::workflow
