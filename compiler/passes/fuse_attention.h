#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   %h: f32[1, 8, 3, 2, 4] = reshape(%qkv)              %y: f32[1, 8, 8] = attention(%qkv, %qkv, %qkv) heads=2 rows=8
//   %t: f32[3, 1, 2, 8, 4] = transpose(%h) ...          keys=8 width=4 value_width=4 scale=0.5 q=[0, 0, 4, 24]
//   ... slices %q, %k, %v of %t, %k transposed          k=[8, 0, 4, 24] v=[16, 0, 4, 24] y=[0, 0, 4, 8]
//   ... softmax(%q x %k * 0.5) x %v = %o
//   ... %o transposed and reshaped = %y

/// softmax(scale * q k^T + mask) v becomes one node. Splitting and joining of heads - reshapes, transposes, slices,
/// expansions, in any order and with batch entries and heads on one axis or several - turns into views of the values
/// that they start from; numbers that scale q, k or the scores become one factor; masks that are added or filled in
/// become one additive mask. The result holds the heads of a row side by side; where the graph wants them apart, moves
/// behind the attention take them apart. A value that cannot be seen that way is read where it is, after a
/// transposition if its features are no neighbours. The graph stays as it is when scores or weights are read elsewhere,
/// when batch and heads cannot be told apart evenly, or when adding a mask would not give the same (see build_mask).
/// Rounding: scaling and masking change places.
struct FuseAttention {
  static constexpr std::string_view name = "fuse_attention";
  static constexpr std::string_view description =
      "Recognises attention, with the splitting and joining of heads and its masks.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
