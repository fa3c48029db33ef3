#pragma once
#include <span>

#include "isa/base/error.h"
#include "sim/engines/stream.h"
#include "sim/machine/semaphores.h"

namespace inf::sim {

/// `now` is where the run stopped; updates that are still on their way count as arrived.
/// The error for a program in which nothing can run and a stream is not drained: a line per engine with pc, instruction
/// and the semaphore it waits for.
Error deadlock(std::span<InstructionStream* const> streams, SemaphoreBank& semaphores, Tick now);

}  // namespace inf::sim
