#pragma once
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// Runs a graph on plain fp32 arrays, one per graph input and in that order; the result has one array per graph output.
/// It is the meaning of every graph operator: passes are tested against it and the backend is compared with it.
/// Shapes: row-major, as the values say. Integers and booleans are fp32 too: exact up to 2^24, true is 1. Order: every
/// sum is one fp32 accumulator that starts at 0 and takes its terms in ascending order of (input channel, kernel row,
/// kernel column), of k, or of the reduced positions; no fused multiply-add. Bias, residual and activation follow in
/// this order, each rounded to fp32. Errors: Error{usage} when inputs do not match, a constant was elided, or an index
/// is out of range (naming node and index).
std::vector<std::vector<float>> interpret(const Graph& graph, const std::vector<std::vector<float>>& inputs);

/// The same for one node: the values of its inputs (null for absent ones) give the values of its outputs.
std::vector<std::vector<float>> interpret_outputs(const Graph& graph, const Node& node,
                                                  const std::vector<const std::vector<float>*>& inputs);
/// The same for one node other than a loop whose result has this shape; its output need not be a value yet.
std::vector<float> interpret_values(const Graph& graph, const Node& node,
                                    const std::vector<const std::vector<float>*>& inputs, const Shape& shape);
/// The first output of a node alone.
std::vector<float> interpret_node(const Graph& graph, const Node& node,
                                  const std::vector<const std::vector<float>*>& inputs);

/// A constant's values as the interpreter sees them.
std::vector<float> as_floats(const Constant& constant);

/// One activation function on one fp32 number.
float apply(const Activation& act, float x);

}  // namespace inf::compiler
