#pragma once
#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"
#include "sim/machine/memories.h"

namespace inf::sim {

/// When the last copy of the program's preload section is done, on a core that does nothing else; 0 without any. The
/// same DMA engines and device memory as in a call. Errors: those of simulate().
Tick load_time(const arch::ChipSpec& chip, const isa::ProgramImage& image);

/// What a call finds in SBUF: the constants of the preload section. They are in device memory already.
void preload(const isa::ProgramImage& image, const arch::ChipSpec& chip, Memories& memories);

}  // namespace inf::sim
