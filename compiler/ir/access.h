#pragma once
#include <string>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// Input slots. An absent optional input in the middle is kNoValue; absent trailing ones are left out.
inline constexpr std::size_t kBiasSlot = 2;      ///< Conv and MatMul
inline constexpr std::size_t kResidualSlot = 3;  ///< Conv and MatMul
inline constexpr std::size_t kMaskSlot = 3;      ///< Attention

/// The value in an input slot, kNoValue when the slot is absent.
inline ValueId input(const Node& node, std::size_t slot) {
  return slot < node.inputs.size() ? node.inputs[slot] : kNoValue;
}
/// Puts `id` into a slot, growing the list with kNoValue.
void set_input(Node& node, std::size_t slot, ValueId id);

/// The operator of a node when it is an `Op`, else null.
template <class Op>
const Op* as(const Node& node) {
  return std::get_if<Op>(&node.op);
}
template <class Op>
Op* as(Node& node) {
  return std::get_if<Op>(&node.op);
}

/// The constant behind a value, null when it is computed at run time or was elided from a text form.
const Constant* constant(const Graph& graph, ValueId id);
/// The same for fp32 constants alone: null for integers and booleans too.
const Constant* float_constant(const Graph& graph, ValueId id);
/// Shape of a value.
inline const Shape& shape(const Graph& graph, ValueId id) { return graph.value(id).shape; }

/// Calls f(id) for every value that a node writes: its output, then what stands in Node::more.
void each_output(const Node& node, auto&& f) {
  f(node.output);
  for (const ValueId id : node.more) f(id);
}

/// Element type and shape of output `slot` of a loop node, as its body says.
struct LoopOutput {
  Element element;
  Shape shape;
};
LoopOutput loop_output(const Loop& loop, std::size_t slot);
/// How many outputs a loop has: its carried values, then its scans.
std::size_t loop_outputs(const Loop& loop);

/// Adds a constant value; `name` is made unique by a suffix when it is taken.
ValueId add_constant(Graph& graph, const std::string& name, Shape shape, std::vector<float> data);
/// `name`, or `name.1`, `name.2`, ... whichever no value of the graph has.
std::string unique_value_name(const Graph& graph, const std::string& name);

/// Activation of a Conv, Binary, Unary or MatMul; null for operators without one.
const Activation* activation(const Operator& op);
Activation* activation(Operator& op);

}  // namespace inf::compiler
