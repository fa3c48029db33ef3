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

/// Drops axes of one element and joins neighbours that run on in both tensors.
void simplify(CopyTile& t) {
  std::vector<std::int64_t> size, x, y;
  for (std::size_t i = 0; i < t.size.size(); ++i) {
    if (t.size[i] == 1) continue;
    if (!size.empty() && x.back() == t.x_step[i] * t.size[i] && y.back() == t.y_step[i] * t.size[i]) {
      size.back() *= t.size[i];
      x.back() = t.x_step[i];
      y.back() = t.y_step[i];
      continue;
    }
    size.push_back(t.size[i]);
    x.push_back(t.x_step[i]);
    y.push_back(t.y_step[i]);
  }
  if (size.empty()) size = {1}, x = {1}, y = {1};
  t.size = size, t.x_step = x, t.y_step = y;
}

/// Splits the longest axis that is not innermost, or the innermost where the others are short, so that its outer part
/// has as many elements as divide it, at most `pieces`: that part goes over the DMA engines, the rest of the copy stays
/// one transfer.
void spread(CopyTile& t, std::int64_t pieces) {
  if (t.size.size() >= 5) return;
  std::size_t axis = t.size.size() - 1;
  for (std::size_t i = 0; i + 1 < t.size.size(); ++i)
    if (t.size[i] >= pieces / 4 && (axis == t.size.size() - 1 || t.size[i] > t.size[axis])) axis = i;
  const std::int64_t n = t.size[axis];
  if (axis != t.size.size() - 1 && n <= pieces) return;
  std::int64_t by = 1;
  for (std::int64_t d = std::min(pieces, n); d > 1 && by == 1; --d)
    if (n % d == 0) by = d;
  if (by == 1) return;
  const auto at = static_cast<std::ptrdiff_t>(axis);
  t.size[axis] = by;
  t.size.insert(t.size.begin() + at + 1, n / by);
  for (auto* step : {&t.x_step, &t.y_step}) {
    const std::int64_t unit = (*step)[axis];
    (*step)[axis] = unit * (n / by);
    step->insert(step->begin() + at + 1, unit);
  }
}

}  // namespace

void Lowering::copy(const Node& node, CopyTile t) {
  simplify(t);
  if (t.size.size() == 1)
    t.size.insert(t.size.begin(), 1), t.x_step.insert(t.x_step.begin(), 0), t.y_step.insert(t.y_step.begin(), 0);
  spread(t, chip_.sbuf.partitions);
  if (t.size.size() > 5)
    refuse(node, fmt::format("a copy over {} axes that do not join", t.size.size()),
           "reshape the tensor to at most five axes");
  std::int64_t n = 1;
  for (std::int64_t s : t.size) n *= s;
  OpEstimate e;
  const double run = t.x_step.back() == 1 && t.y_step.back() == 1 ? static_cast<double>(t.size.back()) : 1;
  const double bytes = static_cast<double>(n) * std::max(size_of(dtype_of(t.x)), size_of(dtype_of(t.y)));
  e.dma_ns =
      std::max(2 * dma_ns(chip_, bytes), static_cast<double>(n) / run * chip_.dma.descriptor_ns / chip_.dma.engines);
  e.decision = fmt::format("runs of {} elements", static_cast<std::int64_t>(run));
  add(node, t, e);
}

void Lowering::permute(const Node& node, TensorId x, TensorId y, const Shape& x_shape,
                       const std::vector<std::int64_t>& perm) {
  const std::vector<std::int64_t> steps = dense_steps(x_shape);
  CopyTile t{.x = x, .y = y};
  for (std::int64_t axis : perm) {
    t.size.push_back(x_shape[static_cast<std::size_t>(axis)]);
    t.x_step.push_back(steps[static_cast<std::size_t>(axis)]);
  }
  t.y_step = dense_steps(t.size);
  copy(node, t);
}

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
    if (windows_[static_cast<std::size_t>(part)].parent != node.output) {
      const TensorId x = as_dense(tensor_of(part), node);
      copy(
          node,
          {.x = x, .y = out, .y_start = start * y_steps[axis], .size = s, .x_step = dense_steps(s), .y_step = y_steps});
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
  copy(node, t);
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
