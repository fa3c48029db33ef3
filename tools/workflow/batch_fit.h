#pragma once
#include "compiler/pipeline/placement.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// compile_placed() of a workload's graph at the workload's precision and leave for host operators.
/// Errors: as compile_placed(); where a batch does not fit into device memory, the largest one that does is named.
compiler::PlacedModel compile_workload(const Workload& workload, compiler::Graph graph, const arch::ChipSpec& chip,
                                       compiler::CompileOptions options);

/// The workload at another batch; nothing where the model has none that can be set.
std::optional<Workload> with_batch(const Workload& workload, std::int64_t batch);

/// The largest batch up to `most` whose program fits into the chip's device memory; 0 where none does.
std::int64_t largest_batch(const Workload& workload, const arch::ChipSpec& chip,
                           const compiler::CompileOptions& options, std::int64_t most);

}  // namespace inf::workflow
