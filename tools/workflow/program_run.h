#pragma once
#include <map>
#include <string>
#include <vector>

#include "compiler/pipeline/pipeline.h"
#include "sim/kernel/simulate.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/reference.h"
#include "tools/workflow/run.h"
#include "tools/workflow/transfer_times.h"

namespace inf::workflow {

/// Values by name, as they pass between the caller, programs and host operators.
using NamedValues = std::map<std::string, Tensor>;

/// One program simulated, with what its measurements need.
struct ProgramRun {
  sim::SimResult result;
  TransferTimes transfers;
};

/// Simulates a program on values; with timing alone it needs none.
ProgramRun run_program(const arch::ChipSpec& chip, compiler::CompiledModel& model, const NamedValues& values,
                       const RunOptions& options, Progress& progress);

/// Adds what a program computed to the values.
void take_outputs(const compiler::Graph& graph, const isa::ProgramImage& image, const sim::SimResult& run,
                  NamedValues& values);

}  // namespace inf::workflow
