#pragma once
#include <memory>
#include <vector>

#include "sim/engines/issue_sink.h"
#include "sim/engines/stream.h"
#include "sim/machine/semaphores.h"

namespace inf::sim {

/// Runs the streams without time: engines in turn by index, each until a semaphore stops it; every instruction
/// completes at once. Errors: deadlock.
void run_functionally(std::vector<std::unique_ptr<InstructionStream>>& streams, SegmentFeed& feed,
                      SemaphoreBank& semaphores, IssueSink& sink);

}  // namespace inf::sim
