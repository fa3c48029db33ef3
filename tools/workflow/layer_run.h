#pragma once
#include "compiler/ir/graph.h"
#include "isa/arch/chip_spec.h"
#include "tools/workflow/layer_errors.h"
#include "tools/workflow/model.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/run.h"

namespace inf::workflow {

/// Compiles the model once more so that the program also writes out what every operator makes, simulates its values and
/// measures their errors. `graph` is the model after the graph passes, `outputs` are those of the run without: every
/// bit must be the same. Errors: unsupported when the values take more than 4 GiB; internal when a bit of the outputs
/// differs.
LayerErrors run_layers(const LoadedWorkload& loaded, const compiler::Graph& graph, const arch::ChipSpec& chip,
                       const std::vector<NamedArray>& outputs, int threads, const LayerOptions& options,
                       Progress& progress);

}  // namespace inf::workflow
