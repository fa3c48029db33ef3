#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   %a: f32[4, 1, 6] = reshape(%x)                      %y: f32[2, 12] = reshape(%x)
//   %y: f32[2, 12] = reshape(%a)
//   %t: f32[8, 4] = transpose(%w) perm=[1, 0]
//   %z: f32[2, 4] = matmul(%v, %t)                      %z: f32[2, 4] = matmul(%v, %w) transpose_b=true
//   %p: f32[1, 3, 6, 6] = pad(%i) before=[0, 0, 1, 1] after=[0, 0, 1, 1]
//   %c: f32[1, 8, 4, 4] = conv(%p, %k)                  %c: f32[1, 8, 4, 4] = conv(%i, %k) pads=[1, 1, 1, 1]

/// Chains of reshapes, of transposes and of slices become one, a transpose that only moves axes of size 1 is a reshape,
/// and transposes and zero padding go into the operator that reads them where it can do them for nothing. What is then
/// left without readers goes. Exact.
struct MergeMoves {
  static constexpr std::string_view name = "merge_moves";
  static constexpr std::string_view description =
      "Merges chains of reshapes, transposes, slices and pads into each other and into their readers.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
