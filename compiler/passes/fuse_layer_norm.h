#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   %m: f32[4, 1] = reduce(%x) axes=[1]                 %y: f32[4, 8] = layer_norm(%x, %gamma, %beta) epsilon=1e-06
//   %d: f32[4, 8] = binary(%x, %m) op=sub
//   %q: f32[4, 8] = unary(%d) act=square
//   %v: f32[4, 1] = reduce(%q) axes=[1]
//   ... sqrt(%v + 1e-6) = %s, %d / %s * %gamma + %beta = %y

/// Normalisation over the last axis, written out, becomes one node: centred (layer norm) or not (RMS norm), with the
/// quotient, the product with a reciprocal square root, or the factor folded into both summands; the variance as mean
/// of squares or as difference of two means; factors and summands that are constant vectors on that axis are scale and
/// shift, also behind a layer norm that has none. Parts that something else reads leave the pattern alone.
/// Rounding: the spellings differ by a few fp32 roundings.
struct FuseLayerNorm {
  static constexpr std::string_view name = "fuse_layer_norm";
  static constexpr std::string_view description =
      "Recognises layer norms and RMS norms written out as reductions and elementwise nodes.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
