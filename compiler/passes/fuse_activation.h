#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   %c: f32[1, 8, 4, 4] = conv(%x, %w)                  %r: f32[1, 8, 4, 4] = conv(%x, %w) act=relu
//   %r: f32[1, 8, 4, 4] = unary(%c) act=relu
//   %s: f32[1, 8, 4, 4] = binary(%r, %r)                %y: f32[1, 8, 4, 4] = binary(%r, %r) act=sigmoid
//   %y: f32[1, 8, 4, 4] = unary(%s) act=sigmoid
//   output %y                                           output %y

/// An activation that alone reads the result of a convolution, matrix product or binary node becomes part of it. Exact.
struct FuseActivation {
  static constexpr std::string_view name = "fuse_activation";
  static constexpr std::string_view description =
      "Moves an activation into the convolution, matrix product or binary node before it.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
