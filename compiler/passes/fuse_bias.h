#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   const %b: f32[4] = {1, 2, 3, 4}                     const %b: f32[4] = {1, 2, 3, 4}
//   %m: f32[2, 8, 4] = matmul(%x, %w)                   %y: f32[2, 8, 4] = matmul(%x, %w, %b) has_bias=true
//   %y: f32[2, 8, 4] = binary(%m, %b)
//   output %y                                           output %y

/// A constant vector added to every row of a matrix product is its bias. Exact.
struct FuseBias {
  static constexpr std::string_view name = "fuse_bias";
  static constexpr std::string_view description = "Makes a constant vector added to a matrix product its bias.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
