#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   %t: f32[5, 2, 8] = transpose(%x) perm=[1, 0, 2]     %m.moved: f32[2, 5, 8] = matmul(%x, %w)
//   %m: f32[5, 2, 8] = matmul(%t, %w)                   %m: f32[5, 2, 8] = transpose(%m.moved) perm=[1, 0, 2]
//   %s: ... = matmul(%m, %k)                            %s: ... = matmul(%m, %k)

/// A product with one constant matrix, or the addition of a constant vector, does not care how the axes before the last
/// are ordered: reshapes and transposes of those axes move across it towards the products of two run-time tensors that
/// attention consists of, where fuse_attention turns them into views. Before such a product they move down, behind one
/// they move up; others stay. Exact.
struct ShiftMoves {
  static constexpr std::string_view name = "shift_moves";
  static constexpr std::string_view description =
      "Moves reshapes and transposes across products with constant matrices, towards attention.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
