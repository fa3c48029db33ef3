#pragma once
#include <map>
#include <utility>

#include "tools/workflow/profile/profile.h"
#include "tools/workflow/trace/core_tracks.h"
#include "tools/workflow/trace/trace_time.h"

namespace inf::workflow {

/// Cores of a trace by (chip, core).
using TraceCores = std::map<std::pair<int, int>, CoreTracks>;

/// Memories in use, rates of device memory and pending transfers of every core. At the level of operators the rates
/// alone, each stretch of a queue with its mean. `time` is that of the whole run.
void draw_counters(const RecordedRun& run, const arch::ChipSpec& chip, const TraceTime& time, TraceCores& cores,
                   PacketStream& out);

}  // namespace inf::workflow
