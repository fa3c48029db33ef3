#pragma once
#include <vector>

#include "sim/observers/recorder.h"
#include "sim/replay/core_times.h"
#include "sim/replay/recorded_source.h"
#include "sim/replay/replay.h"

namespace inf::sim {

/// The chain of events that decides `end`: from there backwards, each time is traced to the one constraint that set it.
/// `times` must have kept every instruction. Parts are ascending and without gaps from 0 to `end`.
std::vector<PathPart> critical_path(const Recording& recording, const RecordedWork& work, const CoreTimes& times,
                                    Tick end);

}  // namespace inf::sim
