#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   %a: f32[1, 8, 4, 4] = binary(%x, %c) op=sub         %a: f32[1, 8, 4, 4] = binary(%x, %c.neg)
//   %b: f32[1, 8, 4, 4] = unary(%a) act=clip(0, inf)    %b: f32[1, 8, 4, 4] = unary(%a) act=relu
//   %d: f32[1, 8, 4, 4] = transpose(%b) perm=[0, 1, 2, 3]
//   %y: f32[1, 8] = reduce(%d) axes=[2, 3] keep_dims=false
//                                                       %y.pool: f32[1, 8, 1, 1] = pool(%b) kind=average kernel=[4, 4]
//                                                       %y: f32[1, 8] = reshape(%y.pool)

/// One spelling per meaning: constants as second operands, subtraction and division by a constant as addition and
/// multiplication, bounds as relu where they are one, PyTorch's half-pixel coordinates as plain ones where they agree,
/// reductions over the plane as pooling, axes counted from the front; nodes that pass their input on are dropped.
/// Rounding: a division by c becomes a multiplication with 1/c rounded to fp32 (1 ulp more); everything else is exact.
struct Canonicalise {
  static constexpr std::string_view name = "canonicalise";
  static constexpr std::string_view description = "Gives every meaning one spelling and drops nodes that do nothing.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
