#include <fmt/format.h>

#include <algorithm>

#include "compiler/tiles/lowering.h"

// Data movement: what is free by aliasing, and strided DMA copies for the rest.
namespace inf::compiler {
namespace {

std::vector<std::int64_t> dense_steps(const Shape& s) {
  std::vector<std::int64_t> steps(s.size(), 1);
  for (std::size_t i = s.size(); i-- > 1;) steps[i - 1] = steps[i] * s[i];
  return steps;
}

}  // namespace

void Lowering::lower_op(const Node& node, const Reshape&) {
  const TensorId x = as_dense(tensor_of(node.inputs[0]), node);
  const TensorId y = tensor_of(node.output);
  TileTensor& t = program_.tensor(y);
  if (t.parent == kNoTensor && dtype_of(x) == t.dtype) {
    t.parent = x;
    t.parent_start = 0;
    note_free(node, "another view of the same storage");
    return;
  }
  const std::int64_t n = elements(t.shape);
  copy(node, {.x = x, .y = y, .size = {n}, .x_step = {1}, .y_step = {1}});
}

void Lowering::lower_op(const Node& node, const Transpose& op) {
  const TensorId x = as_dense(tensor_of(node.inputs[0]), node);
  permute(node, x, tensor_of(node.output), shape(graph_, node.inputs[0]), op.perm);
}

void Lowering::lower_op(const Node& node, const Concat& op) {
  const Shape& y = shape(graph_, node.output);
  const TensorId out = tensor_of(node.output);
  const auto axis = static_cast<std::size_t>(op.axis < 0 ? op.axis + static_cast<std::int64_t>(y.size()) : op.axis);
  const std::vector<std::int64_t> y_steps = dense_steps(y);
  std::int64_t start = 0;
  bool copied = false;
  for (ValueId part : node.inputs) {
    const Shape& s = shape(graph_, part);
    const TensorId x = tensor_of(part);  // a part in its window is written by now, from SBUF if it was there
    if (windows_[static_cast<std::size_t>(part)].parent != node.output) {
      move(node, {.x = as_dense(x, node),
                  .y = out,
                  .y_start = start * y_steps[axis],
                  .size = s,
                  .x_step = dense_steps(s),
                  .y_step = y_steps});
      copied = true;
    }
    start += s[axis];
  }
  if (!copied) note_free(node, "its inputs, which are written in place");
}

void Lowering::lower_op(const Node& node, const Slice& op) {
  const Shape &s = shape(graph_, node.inputs[0]), &y = shape(graph_, node.output);
  const std::vector<std::int64_t> steps = dense_steps(s);
  CopyTile t{
      .x = as_dense(tensor_of(node.inputs[0]), node), .y = tensor_of(node.output), .size = y, .y_step = dense_steps(y)};
  for (std::size_t i = 0; i < s.size(); ++i) {
    t.x_start += op.start[i] * steps[i];
    t.x_step.push_back(op.step[i] * steps[i]);
  }
  move(node, std::move(t));
}

/// One axis of a padding that repeats or mirrors the edge: the middle, then the strips before and after it.
TensorId Lowering::pad_axis(const Node& node, TensorId x, Shape& s, std::size_t axis, const Pad& op, TensorId y) {
  const Shape from = s;
  s[axis] += op.before[axis] + op.after[axis];
  const TensorId out = y != kNoTensor ? y : scratch(fmt::format("{}.axis{}", node.name, axis), s, dtype_of(x));
  const std::vector<std::int64_t> xs = dense_steps(from), ys = dense_steps(s);
  const auto strip = [&](std::int64_t count, std::int64_t x_from, std::int64_t x_step, std::int64_t y_from) {
    if (count <= 0) return;
    CopyTile t{.x = x,
               .y = out,
               .x_start = x_from * xs[axis],
               .y_start = y_from * ys[axis],
               .size = from,
               .x_step = xs,
               .y_step = ys};
    t.size[axis] = count;
    t.x_step[axis] = x_step * xs[axis];
    copy(node, t);
  };
  const std::int64_t n = from[axis], b = op.before[axis], a = op.after[axis];
  const bool mirror = op.mode == Pad::Mode::reflect;
  strip(n, 0, 1, b);
  strip(b, mirror ? b : 0, mirror ? -1 : 0, 0);
  strip(a, mirror ? n - 2 : n - 1, mirror ? -1 : 0, b + n);
  return out;
}

void Lowering::lower_op(const Node& node, const Pad& op) {
  Shape s = shape(graph_, node.inputs[0]);
  const Shape& y = shape(graph_, node.output);
  TensorId x = as_dense(tensor_of(node.inputs[0]), node);
  const TensorId out = tensor_of(node.output);
  if (!dense(out)) refuse(node, "a padding written into a concat of several images", "use batch 1");
  if (op.mode == Pad::Mode::constant) {
    CopyTile t{.x = x,
               .y = out,
               .size = s,
               .x_step = dense_steps(s),
               .y_step = dense_steps(y),
               .fill = true,
               .value = op.value};
    for (std::size_t i = 0; i < s.size(); ++i) {
      if (op.before[i] < 0 || op.after[i] < 0) refuse(node, "a padding with negative amounts", "use a slice");
      t.y_start += op.before[i] * t.y_step[i];
    }
    copy(node, t);
    return;
  }
  std::size_t last = s.size();
  for (std::size_t i = 0; i < s.size(); ++i)
    if (op.before[i] + op.after[i] > 0) last = i;
  if (last == s.size()) {
    copy(node, {.x = x, .y = out, .size = s, .x_step = dense_steps(s), .y_step = dense_steps(y)});
    return;
  }
  for (std::size_t i = 0; i <= last; ++i)
    if (op.before[i] + op.after[i] > 0) x = pad_axis(node, x, s, i, op, i == last ? out : kNoTensor);
}

}  // namespace inf::compiler
