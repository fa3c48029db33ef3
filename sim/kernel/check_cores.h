#pragma once
#include <span>

#include "sim/kernel/simulate_cores.h"

namespace inf::sim {

/// Refuses programs that the chip, its cores or each other do not fit; returns how many chips the links join.
/// Errors: usage, as simulate_cores says.
int check_cores(const arch::ChipSpec& chip, std::span<const CoreProgram> programs, bool values, int chips);

}  // namespace inf::sim
