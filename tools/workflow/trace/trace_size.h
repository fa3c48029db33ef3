#pragma once
#include <cstdint>
#include <string>

#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"
#include "tools/workflow/recorded_run.h"

namespace inf::workflow {

/// How large the trace of one call of a program becomes, from its instructions alone: loops are unrolled, branches are
/// not taken. Units: bytes of a file that shows the whole call.
struct TraceEstimate {
  double operators = 0, tiles = 0, instructions = 0;
  double at(Detail level) const;
};

/// Drains the source, which starts over afterwards; 13 million instructions per second.
TraceEstimate estimate_trace(isa::ProgramSource& program, const arch::ChipSpec& chip);

/// "about 16.00 MB for each call of craft at level instruction; level tile takes about 4.300 MB, operator about 110.0
/// kB, and --trace-window a part".
std::string estimate_text(const TraceEstimate& estimate, const std::string& program, Detail level, bool windowed);

}  // namespace inf::workflow
