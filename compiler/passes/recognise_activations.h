#pragma once
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// before                                              after
//   %s: f32[1, 8] = unary(%x) act=sigmoid               %y: f32[1, 8] = unary(%x) act=silu
//   %y: f32[1, 8] = binary(%x, %s) op=mul
//   %e: f32[1, 8] = unary(%d) act=erf                   %z: f32[1, 8] = unary(%x) act=gelu
//   ... x / sqrt 2 = %d, (1 + %e) * x * 0.5 = %z
//   output %y, %z                                       output %y, %z

/// Spelled-out activation functions become one node: x * sigmoid(x) is silu, x * hard_sigmoid(x) with the slopes of
/// hard-swish is hard_swish, x * tanh(softplus(x)) is mish, and 0.5 * x * (1 + erf(x / sqrt 2)) in the two orders
/// exporters write is gelu. Rounding: the function replaces its rounded parts.
struct RecogniseActivations {
  static constexpr std::string_view name = "recognise_activations";
  static constexpr std::string_view description =
      "Recognises silu, hard-swish, mish and gelu written out as elementwise nodes.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
