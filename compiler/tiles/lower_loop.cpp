#include <fmt/format.h>

#include <algorithm>

#include "compiler/tiles/lowering.h"

// A loop with values of fixed shape as one hardware loop: each carried value has one buffer in device memory, written
// before the first round and at the end of every round.
namespace inf::compiler {

void Lowering::check_loop(const Node& node, const Loop& op) const {
  const Graph& body = *op.body;
  if (!chip_.sequencer.loops)
    refuse(node, fmt::format("{} has no control flow for a loop at run time", chip_.name),
           "unroll the loop in the export");
  if (outer_) refuse(node, "a loop inside a loop", "unroll the inner one in the export");
  if (op.trips < 1) refuse(node, "a loop without rounds", "remove it");
  const auto carried = static_cast<std::size_t>(op.carried);
  if (body.outputs.size() != carried + 1)
    refuse(node, "a loop that stacks a value of every round", "write it into a carried value");
  for (std::size_t k = 0; k < carried; ++k) {
    const Shape &before = shape(body, body.inputs[k + 2]), &after = shape(body, body.outputs[k + 1]);
    if (before != after)
      refuse(node, fmt::format("carried value '{}' changes its shape", body.value(body.inputs[k + 2]).name),
             "keep all positions and mask those that are not there yet");
  }
}

/// The buffer of one carried value, filled with its initial value.
TensorId Lowering::carried_buffer(const Node& node, ValueId initial, ValueId result) {
  const Value& v = graph_.value(initial);
  const TensorId from = as_dense(tensor_of(initial), node);
  const bool only_moves = result != kNoValue && fp32_[static_cast<std::size_t>(result)];
  const TensorId buffer = scratch(v.name + ".carried", v.shape, only_moves ? DType::fp32 : stored_as(initial));
  copy(node, {.x = from, .y = buffer, .size = {elements(v.shape)}, .x_step = {1}, .y_step = {1}});
  return buffer;
}

/// `x` itself, or a copy of it where the buffer that it lies in gets the value of the next round.
TensorId Lowering::aside(const Node& node, TensorId x, const std::vector<TensorId>& buffers) {
  if (std::count(buffers.begin(), buffers.end(), program_.root(x)) == 0) return x;
  const TileTensor t = program_.tensor(x);
  const TensorId out = scratch(t.name + ".aside", t.shape, dtype_of(x));
  copy(node, {.x = as_dense(x, node), .y = out, .size = {elements(t.shape)}, .x_step = {1}, .y_step = {1}});
  return out;
}

/// The values of the next round into the buffers. One that is another buffer's present value is set aside first.
void Lowering::carry(const Node& node, const std::vector<TensorId>& next, const std::vector<TensorId>& buffers) {
  std::vector<TensorId> from = next;
  const auto move = [&](TensorId x, TensorId y) {
    const std::int64_t n = elements(program_.tensor(y).shape);
    copy(node, {.x = as_dense(x, node), .y = y, .size = {n}, .x_step = {1}, .y_step = {1}});
  };
  for (std::size_t k = 0; k < from.size(); ++k)
    if (from[k] != buffers[k]) from[k] = aside(node, from[k], buffers);
  for (std::size_t k = 0; k < from.size(); ++k)
    if (from[k] != buffers[k]) move(from[k], buffers[k]);
}

void Lowering::lower_body(const Node& node, const Loop& op, const std::vector<TensorId>& buffers) {
  Graph body = *op.body;
  body.ledger.clear();
  const auto carried = static_cast<std::size_t>(op.carried);
  const Constant* ends = constant(body, body.outputs[0]);
  LoopTile open{.trips = ends && ends->ints()[0] == 0 ? 1 : op.trips};
  const Wish one{.dtype = DType::int32, .cols = 1, .group = 1, .pitch = 1, .order = {.rows = 1}};
  open.stop = add_matrix(node.name + ".stop", one, 0);
  const ValueId condition = node.inputs.empty() ? kNoValue : node.inputs[0];
  if (condition != kNoValue && !constant(graph_, condition)) open.condition = tensor_of(condition);
  Lowering inner(body, chip_, lowered_, this);
  inner.loop_at_ = program_.ops.size();
  inner.rounds_ = rounds_ * op.trips;
  for (std::size_t k = 0; k < carried; ++k)
    if (dtype_of(buffers[k]) == DType::fp32) inner.carried_as_fp32_.insert(body.outputs[k + 1]);
  inner.find_fp32_values();
  inner.find_windows();
  for (std::size_t k = 0; k < carried; ++k) inner.tensors_[static_cast<std::size_t>(body.inputs[k + 2])] = buffers[k];
  for (std::size_t i = carried + 2; i < body.inputs.size(); ++i)
    inner.captured_[static_cast<std::size_t>(body.inputs[i])] = node.inputs[i - 1];
  OpEstimate none;
  none.decision = fmt::format("at most {} rounds in hardware", op.trips);
  add(node, open, none);
  for (const Node& n : body.nodes) inner.lower_node(n);
  EndLoopTile close{.stop = open.stop};
  const ValueId goes_on = body.outputs[0];
  if (goes_on != body.inputs[1] && !constant(body, goes_on))
    close.condition = inner.aside(node, inner.tensor_of(goes_on), buffers);
  std::vector<TensorId> next;
  for (std::size_t k = 0; k < carried; ++k) next.push_back(inner.tensor_of(body.outputs[k + 1]));
  inner.carry(node, next, buffers);
  inner.add(node, close, {});
}

void Lowering::lower_op(const Node& node, const Loop& op) {
  check_loop(node, op);
  std::vector<ValueId> results{node.output};
  results.insert(results.end(), node.more.begin(), node.more.end());
  std::vector<TensorId> buffers;
  for (std::size_t k = 0; k < static_cast<std::size_t>(op.carried); ++k)
    buffers.push_back(carried_buffer(node, node.inputs[k + 1], k < results.size() ? results[k] : kNoValue));
  const Constant* starts = node.inputs[0] == kNoValue ? nullptr : constant(graph_, node.inputs[0]);
  if (!starts || starts->ints()[0] != 0) lower_body(node, op, buffers);
  for (std::size_t k = 0; k < buffers.size() && k < results.size(); ++k)
    if (results[k] != kNoValue) tensors_[static_cast<std::size_t>(results[k])] = buffers[k];
}

}  // namespace inf::compiler
