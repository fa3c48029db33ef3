#pragma once
#include "compiler/pipeline/stages.h"
#include "isa/arch/instance.h"
#include "sim/kernel/simulate_cores.h"
#include "tools/workflow/model.h"
#include "tools/workflow/program_run.h"
#include "tools/workflow/report.h"

namespace inf::workflow {

/// A model as a chain of stages on the cores of an instance: what NeuronCore Pipeline does. Stage s runs on core s of
/// the instance, chips filled one after the other. Source: PIPE page, fact sheet 1.1, 2.2.
struct StagedRun {
  sim::CoresResult calls;   ///< several calls under way at a time; with timing
  sim::CoresResult copies;  ///< the whole model, one copy on each of as many cores of one chip; with timing
  NamedValues values;       ///< inputs and outputs of the model; with values
};

/// Runs the stages: values through one call, stage after stage, and times of several calls. `whole` is the model as one
/// program, for comparison. Errors: those of the simulator.
StagedRun run_stages(compiler::StagedModel& staged, compiler::CompiledModel& whole, const arch::ChipSpec& chip,
                     const std::vector<ModelInput>& inputs, const RunOptions& options, Progress& progress);

/// What that says about each stage and about the chain.
StagesUse measure_stages(const compiler::StagedModel& staged, const StagedRun& run, const arch::ChipSpec& chip,
                         DType compute);

/// Refuses more stages than the instance has cores. Errors: usage.
void check_core_count(std::int64_t cores, const arch::ChipSpec& chip, const arch::InstanceSpec& instance);

/// The table of stages and what follows from it.
std::string stages_text(const StagesUse& use);

}  // namespace inf::workflow
