#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   const %old: f32[8] = splat(1)
//   %a: f32[8] = unary(%x) act=relu                     %a: f32[8] = unary(%x) act=relu
//   %b: f32[8] = unary(%x) act=tanh
//   %c: f32[8] = unary(%b) act=exp
//   output %a                                           output %a

/// Removes nodes whose results reach no output, and values that nothing reads or writes (their memory goes with them).
/// Graph inputs stay.
struct EliminateDead {
  static constexpr std::string_view name = "eliminate_dead";
  static constexpr std::string_view description = "Removes nodes and constants that no output depends on.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
