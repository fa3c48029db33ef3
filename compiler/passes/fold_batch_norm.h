#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   const %w: f32[2, 1, 1, 1] = {1, 2}                  const %w.folded: f32[2, 1, 1, 1] = {3, 6}
//   %c: f32[1, 2, 4, 4] = conv(%x, %w)                  const %w.bias.folded: f32[2] = {1, 1}
//   %y: f32[1, 2, 4, 4] = batch_norm(%c, %scale, %shift, %mean, %variance)
//                                                       %y: f32[1, 2, 4, 4] = conv(%x, %w.folded, %w.bias.folded)
//                                                       has_bias=true
//   output %y                                           output %y

/// A batch norm behind a convolution (plain, grouped, transposed) or a matrix product that nothing else reads goes into
/// weights and bias. Any other one with constant statistics is reduced to scale and shift: scale' = scale /
/// sqrt(variance + epsilon), shift' = shift - mean * scale', and mean = 0, variance = 1, epsilon = 0 remain as
/// operands, so that y = x * scale' + shift'. Rounding: computed in double and rounded once; the result differs from
/// the separate nodes by fp32 rounding.
struct FoldBatchNorm {
  static constexpr std::string_view name = "fold_batch_norm";
  static constexpr std::string_view description =
      "Folds batch norms into the weights and bias before them, or reduces them to scale and shift.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
