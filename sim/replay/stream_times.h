#pragma once
#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"
#include "sim/replay/core_times.h"

namespace inf::sim {

/// When everything of a program is done and visible on a core of `chip`, from its streams alone: instructions are
/// decoded and checked as the kernel does, and timed as a replay times recorded ones. Registers take 0 from SBUF, as in
/// a simulation without values. Errors: illegal_instruction; deadlock.
Tick program_time(const arch::ChipSpec& chip, isa::ProgramSource& program);

}  // namespace inf::sim
