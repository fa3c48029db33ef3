#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   const %a: f32[2] = {1, 2}                           const %b: f32[2] = {2, 4}
//   const %two: f32[] = {2}                             %y: f32[2] = binary(%x, %b)
//   %b: f32[2] = binary(%a, %two) op=mul
//   %y: f32[2] = binary(%x, %b)
//   output %y                                           output %y

/// Nodes that write graph outputs stay: an output is written by a node. Values are those of the interpreter, exactly.
struct FoldConstants {
  static constexpr std::string_view name = "fold_constants";
  static constexpr std::string_view description = "Computes every node whose operands are constants.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
