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

/// Spelled-out functions become one node: x * sigmoid(x) is silu (also with the sigmoid as 1 / (1 + exp(-x))),
/// x * hard_sigmoid(x) with the slopes of hard-swish is hard_swish, x * tanh(softplus(x)) is mish,
/// 0.5 * x * (1 + erf(x / sqrt 2)) is gelu and 0.5 * x * (1 + tanh(0.7979 * (x + 0.0447 * x^3))) is gelu_tanh with
/// factors in any order and powers in any spelling, and exp(x - max) over its sum along an axis (the maximum may be
/// missing) is a softmax. Rounding: the function replaces its rounded parts.
struct RecogniseActivations {
  static constexpr std::string_view name = "recognise_activations";
  static constexpr std::string_view description =
      "Recognises silu, hard-swish, mish, gelu and softmax written out as elementwise nodes and reductions.";
  static bool run(Graph& graph);
};

}  // namespace inf::compiler
