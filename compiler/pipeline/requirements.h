#pragma once
#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// What the tiles and streams take for granted of a chip.
/// Errors: Error{unsupported} that lists every requirement that is not met, with its key, its value and what is needed.
void require_usable(const arch::ChipSpec& chip);

}  // namespace inf::compiler
