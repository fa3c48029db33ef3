#pragma once
#include <string>
#include <vector>

#include "compiler/pipeline/placement.h"

namespace inf::compiler {

/// One stage of a model that is spread over cores: a program of its own over a run of the model's nodes.
struct Stage {
  CompiledModel model;
  std::vector<std::string> nodes;  ///< ONNX nodes that its operators stand for, in order
  double predicted_ns = 0;         ///< by the estimates that the cut was made with
};

/// A model as a chain of programs. A tensor that a stage reads has the name and the bytes of a tensor that an earlier
/// stage, not always the one before, or the caller gives.
struct StagedModel {
  Graph graph;  ///< the whole, after the graph passes; its ledger has one entry per ONNX node
  Graph chip;   ///< the part of it that the stages do together
  std::vector<Stage> stages;
  std::vector<Graph> before, after;  ///< what the host runs before the first and behind the last stage
};

/// Cuts a model into `count` stages of neighbouring nodes and compiles each: the largest stage takes as little time as
/// the compiler's estimates allow, with weights in SBUF where a stage's fit, and few bytes cross. Values between stages
/// are stored as values between operators of one program are, and are computed the same way.
/// With HostOperators::allow the host may run what the chip cannot, before the first or behind the last stage.
/// Errors: usage when it cannot be cut into so many; unsupported when the host would have to run an operator between
/// stages; as compile(), naming the stage.
StagedModel compile_stages(Graph graph, const arch::ChipSpec& chip, const CompileOptions& options, std::size_t count,
                           HostOperators host = HostOperators::forbid);

}  // namespace inf::compiler
