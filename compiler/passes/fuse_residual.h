#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   %c: f32[1, 8, 4, 4] = conv(%x, %w, %b) has_bias=true
//   %s: f32[1, 8, 4, 4] = conv(%z, %v)                  %s: f32[1, 8, 4, 4] = conv(%z, %v)
//   %y: f32[1, 8, 4, 4] = binary(%c, %z)                %y: f32[1, 8, 4, 4] = conv(%x, %w, %b, %z) has_bias=true
//   has_residual=true output %y                                           output %y

/// The sum of a convolution or matrix product that nothing else reads and a run-time tensor of the same shape becomes
/// the product's residual; the product moves to the place of the sum. Where both operands are products the later one
/// takes the other. Transposed convolutions keep their sum: their results come out in strided phases, which a residual
/// would have to follow. Exact.
struct FuseResidual {
  static constexpr std::string_view name = "fuse_residual";
  static constexpr std::string_view description =
      "Moves the addition of a tensor of the same shape into the convolution or matrix product before it.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
