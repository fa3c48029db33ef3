#pragma once
#include "isa/arch/yaml_reader.h"
#include "tools/workflow/sweep/sweep.h"

namespace inf::workflow::sweep {

/// How points are found and judged: objectives, limits, strategy, mode and timeout of a sweep file.
void read_judgement(arch::Section& root, Sweep& sweep, arch::Problems& problems);

}  // namespace inf::workflow::sweep
