#pragma once
#include <optional>
#include <vector>

#include "compiler/pipeline/placement.h"
#include "isa/arch/instance.h"
#include "tools/workflow/model.h"
#include "tools/workflow/program_run.h"
#include "tools/workflow/report.h"

namespace inf::workflow {

/// What running a placed model gave, segment by segment.
struct SegmentRun {
  std::optional<ProgramRun> program;  ///< chip only
  double host_ns = 0;                 ///< host only
};
struct PlacedRun {
  std::vector<SegmentRun> segments;  ///< parallel to the model's
  NamedValues values;  ///< inputs, outputs and what crossed between segments; with timing alone the inputs
};

/// Runs the segments one after the other: programs on the simulated core, host segments in the fp32 reference executor,
/// whose time comes from the instance file. Values cross in the type that each side keeps: integers stay exact.
PlacedRun run_segments(compiler::PlacedModel& model, const arch::ChipSpec& chip, const arch::InstanceSpec& instance,
                       const std::vector<ModelInput>& inputs, const RunOptions& options, Progress& progress);

/// Adds the outputs of a graph, computed by the fp32 reference executor from values that are there.
void run_on_host(const compiler::Graph& graph, NamedValues& values, Progress& progress);

/// A line of the report for each segment; `timed` without times when there are none.
std::vector<SegmentUse> measure_segments(const compiler::PlacedModel& model, const PlacedRun& run,
                                         const arch::ChipSpec& chip, const arch::InstanceSpec& instance, bool timed);

/// The timed sections of the report, summed over the programs of a model: engines, operators, arithmetic, latency,
/// throughput and cost.
void measure_placed(const compiler::PlacedModel& model, const PlacedRun& run, const arch::ChipSpec& chip,
                    const arch::InstanceSpec& instance, DType compute, Report& report);

}  // namespace inf::workflow
