#pragma once
#include "compiler/passes/graph_passes.h"
#include "compiler/pipeline/pipeline.h"

namespace inf::compiler {

/// The part of compile() that looks at nothing of a chip but whether it has control flow, SequencerSpec::loops: a graph
/// that all chips share which agree in that. Copies of it share its constants.
Graph optimise(Graph graph, bool loops, const GraphPassOptions& options = {});

/// The rest of compile(): compile_optimised(optimise(graph, loops)) is compile(graph).
CompiledModel compile_optimised(Graph graph, const arch::ChipSpec& chip, const CompileOptions& options = {});

}  // namespace inf::compiler
