#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   const %s: f32[1, 2, 1, 1] = {2, 4}                  const %w.folded: f32[2, 1, 1, 1] = {2, 8}
//   const %w: f32[2, 1, 1, 1] = {1, 2}                  const %w.bias.folded: f32[2] = splat(0)
//   %c: f32[1, 2, 4, 4] = conv(%x, %w)                  %y: f32[1, 2, 4, 4] = conv(%x, %w.folded, %w.bias.folded)
//   has_bias=true %y: f32[1, 2, 4, 4] = binary(%c, %s) op=mul output %y output %y

/// Additions and multiplications with one constant per channel go into the convolution or matrix product before them.
/// Rounding: as fold_batch_norm.
struct FoldAffine {
  static constexpr std::string_view name = "fold_affine";
  static constexpr std::string_view description =
      "Folds additions and multiplications with per-channel constants into the weights before them.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
