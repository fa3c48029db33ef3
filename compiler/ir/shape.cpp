#include "compiler/ir/shape.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/access.h"
#include "compiler/ir/names.h"
#include "compiler/ir/shape_rules.h"

namespace inf::compiler {

using shape_rules::fail;
using shape_rules::infer;
using shape_rules::Inputs;
using shape_rules::need;
using shape_rules::need_axis;
using shape_rules::need_equal;
using shape_rules::need_rank;

namespace {

void need_positive(const Pair& p, const char* what) {
  for (const std::int64_t v : p)
    if (v < 1) fail(fmt::format("{} is {}, at least 1 is needed", what, v));
}

std::int64_t need_window(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                         std::int64_t before, std::int64_t after) {
  const std::int64_t n = window_positions(size, kernel, stride, dilation, before, after);
  if (n < 1)
    fail(fmt::format("a window of {} taps, dilation {}, does not fit the {} positions padded by {} and {}", kernel,
                     dilation, size, before, after));
  return n;
}

std::int64_t transposed_size(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                             std::int64_t pads, std::int64_t output_padding) {
  const std::int64_t n = stride * (size - 1) + output_padding + (kernel - 1) * dilation + 1 - pads;
  if (n < 1) fail(fmt::format("the transposed convolution would give {} positions; pads of {} are too large", n, pads));
  return n;
}

Shape infer(const Conv& c, const Inputs& in) {
  const Shape& x = need_rank(in, 0, "input", 4);
  const Shape& w = need_rank(in, 1, "weight", 4);
  need_positive(c.stride, "stride"), need_positive(c.dilation, "dilation");
  if (c.groups < 1) fail(fmt::format("groups is {}, at least 1 is needed", c.groups));
  const std::int64_t from = c.transposed ? w[0] : w[1] * c.groups;
  const std::int64_t to = c.transposed ? w[1] * c.groups : w[0];
  if (x[1] != from)
    fail(fmt::format("input has {} channels, the weight {} with {} group(s) takes {}", x[1], to_string(w), c.groups,
                     from));
  if (from % c.groups != 0 || to % c.groups != 0)
    fail(fmt::format("{} input and {} output channels are not multiples of {} groups", from, to, c.groups));
  const Pads& p = c.pads;
  Shape y = {x[0], to, 0, 0};
  if (c.transposed) {
    y[2] = transposed_size(x[2], w[2], c.stride[0], c.dilation[0], p.top + p.bottom, c.output_padding[0]);
    y[3] = transposed_size(x[3], w[3], c.stride[1], c.dilation[1], p.left + p.right, c.output_padding[1]);
  } else {
    y[2] = need_window(x[2], w[2], c.stride[0], c.dilation[0], p.top, p.bottom);
    y[3] = need_window(x[3], w[3], c.stride[1], c.dilation[1], p.left, p.right);
  }
  if (c.has_bias) need_equal(need(in, kBiasSlot, "bias"), {to}, "bias");
  if (c.has_residual) need_equal(need(in, kResidualSlot, "residual"), y, "residual");
  return y;
}

Shape infer(const Pool& o, const Inputs& in) {
  const Shape& x = need_rank(in, 0, "input", 4);
  need_positive(o.kernel, "kernel"), need_positive(o.stride, "stride"), need_positive(o.dilation, "dilation");
  return {x[0], x[1], need_window(x[2], o.kernel[0], o.stride[0], o.dilation[0], o.pads.top, o.pads.bottom),
          need_window(x[3], o.kernel[1], o.stride[1], o.dilation[1], o.pads.left, o.pads.right)};
}

Shape infer(const Binary&, const Inputs& in) { return broadcast(need(in, 0, "a"), need(in, 1, "b")); }

Shape infer(const Unary&, const Inputs& in) { return need(in, 0, "input"); }

Shape infer(const MatMul& m, const Inputs& in) {
  Shape a = need(in, 0, "a"), b = need(in, 1, "b");
  if (a.size() < 2 || b.size() < 2)
    fail(fmt::format("operands {} and {} need two axes or more", to_string(a), to_string(b)));
  if (m.transpose_a) std::swap(a[a.size() - 1], a[a.size() - 2]);
  if (m.transpose_b) std::swap(b[b.size() - 1], b[b.size() - 2]);
  if (a.back() != b[b.size() - 2])
    fail(fmt::format("the contraction axes differ: {} of a and {} of b", a.back(), b[b.size() - 2]));
  Shape y = broadcast(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
  y.push_back(a[a.size() - 2]), y.push_back(b.back());
  if (m.has_bias) need_equal(broadcast(y, need(in, kBiasSlot, "bias")), y, "result with bias");
  if (m.has_residual) need_equal(need(in, kResidualSlot, "residual"), y, "residual");
  return y;
}

Shape infer(const BatchNorm&, const Inputs& in) {
  const Shape& x = need(in, 0, "input");
  if (x.size() < 2) fail(fmt::format("input {} has no channel axis", to_string(x)));
  static constexpr const char* kNames[] = {"scale", "shift", "mean", "variance"};
  for (std::size_t i = 0; i < 4; ++i) need_equal(need(in, i + 1, kNames[i]), {x[1]}, kNames[i]);
  return x;
}

Shape infer(const Concat& c, const Inputs& in) {
  Shape y = need(in, 0, "input");
  need_axis(c.axis, y);
  const auto axis = static_cast<std::size_t>(c.axis < 0 ? c.axis + static_cast<std::int64_t>(y.size()) : c.axis);
  for (std::size_t i = 1; i < in.size(); ++i) {
    Shape x = need(in, i, "input");
    const std::int64_t more = x.size() > axis ? x[axis] : 0;
    if (x.size() == y.size()) x[axis] = y[axis];
    if (x != y)
      fail(fmt::format("input {} has shape {}, it differs from {} outside axis {}", i, to_string(*in[i]),
                       to_string(*in[0]), axis));
    y[axis] += more;
  }
  return y;
}

Shape infer(const Softmax& s, const Inputs& in) {
  need_axis(s.axis, need(in, 0, "input"));
  return *in[0];
}

Shape infer(const Transpose& t, const Inputs& in) {
  const Shape& x = need(in, 0, "input");
  std::vector<bool> seen(x.size(), false);
  if (t.perm.size() != x.size())
    fail(fmt::format("perm {} does not permute the axes of {}", to_string(t.perm), to_string(x)));
  Shape y;
  for (const std::int64_t axis : t.perm) {
    if (axis < 0 || axis >= static_cast<std::int64_t>(x.size()) || seen[static_cast<std::size_t>(axis)])
      fail(fmt::format("perm {} does not permute the axes of {}", to_string(t.perm), to_string(x)));
    seen[static_cast<std::size_t>(axis)] = true;
    y.push_back(x[static_cast<std::size_t>(axis)]);
  }
  return y;
}

Shape infer(const Pad& p, const Inputs& in) {
  Shape y = need(in, 0, "input");
  if (p.before.size() != y.size() || p.after.size() != y.size())
    fail(fmt::format("pads {} and {} do not match the axes of {}", to_string(p.before), to_string(p.after),
                     to_string(y)));
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (p.mode == Pad::Mode::reflect && std::max(p.before[i], p.after[i]) >= y[i] && y[i] > 0 &&
        (p.before[i] > 0 || p.after[i] > 0))
      fail(fmt::format("reflecting {} and {} positions needs more than the {} on axis {}", p.before[i], p.after[i],
                       y[i], i));
    y[i] += p.before[i] + p.after[i];
    if (y[i] < 1) fail(fmt::format("pads leave {} positions on axis {}", y[i], i));
  }
  return y;
}

Shape infer(const Reduce& r, const Inputs& in) {
  const Shape& x = need(in, 0, "input");
  std::vector<bool> reduced(x.size(), false);
  for (const std::int64_t axis : r.axes) {
    need_axis(axis, x);
    reduced[static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(x.size()) : axis)] = true;
  }
  Shape y;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!reduced[i])
      y.push_back(x[i]);
    else if (r.keep_dims)
      y.push_back(1);
  return y;
}

std::optional<Shape> infer(const Resize&, const Inputs& in) { return need_rank(in, 0, "input", 4), std::nullopt; }
std::optional<Shape> infer(const Reshape&, const Inputs& in) { return need(in, 0, "input"), std::nullopt; }
std::optional<Shape> infer(const Slice& s, const Inputs& in) {
  const Shape& x = need(in, 0, "input");
  if (s.start.size() != x.size() || s.step.size() != x.size())
    fail(fmt::format("start {} and step {} do not match the axes of {}", to_string(s.start), to_string(s.step),
                     to_string(x)));
  return std::nullopt;
}

void check_slice(const Slice& s, const Shape& x, const Shape& y) {
  if (y.size() != x.size())
    fail(fmt::format("output {} has another rank than the input {}", to_string(y), to_string(x)));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::int64_t last = s.start[i] + (y[i] - 1) * s.step[i];
    if (s.step[i] == 0 || y[i] < 1 || s.start[i] < 0 || s.start[i] >= x[i] || last < 0 || last >= x[i])
      fail(fmt::format("{} positions from {} in steps of {} leave the {} of axis {}", y[i], s.start[i], s.step[i], x[i],
                       i));
  }
}

}  // namespace

std::int64_t window_positions(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                              std::int64_t before, std::int64_t after) {
  const std::int64_t room = size + before + after - ((kernel - 1) * dilation + 1);
  return room < 0 ? 0 : room / stride + 1;
}

Shape broadcast(const Shape& a, const Shape& b) {
  Shape y(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::int64_t m = i < a.size() ? a[a.size() - 1 - i] : 1, n = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (m != n && m != 1 && n != 1) fail(fmt::format("shapes {} and {} do not broadcast", to_string(a), to_string(b)));
    y[y.size() - 1 - i] = m == 1 ? n : m;
  }
  return y;
}

std::optional<Shape> infer_shape(const Operator& op, const std::vector<std::optional<Shape>>& inputs) {
  return std::visit([&](const auto& o) -> std::optional<Shape> { return infer(o, inputs); }, op);
}

void check_shape(const Operator& op, const std::vector<std::optional<Shape>>& inputs, const Shape& output) {
  if (const auto want = infer_shape(op, inputs)) return need_equal(output, *want, "output");
  const Shape& x = need(inputs, 0, "input");
  if (const auto* attention = std::get_if<Attention>(&op)) return shape_rules::check_views(*attention, inputs, output);
  if (std::holds_alternative<Expand>(op)) return need_equal(output, broadcast(x, output), "output");
  if (const auto* slice = std::get_if<Slice>(&op)) return check_slice(*slice, x, output);
  if (std::holds_alternative<Reshape>(op)) {
    if (elements(x) != elements(output))
      fail(fmt::format("cannot reshape {} elements of {} to {} elements of {}", elements(x), to_string(x),
                       elements(output), to_string(output)));
    return;
  }
  if (output.size() != 4 || output[0] != x[0] || output[1] != x[1] || output[2] < 1 || output[3] < 1)
    fail(fmt::format("resize from {} to {}: only the two spatial axes may change", to_string(x), to_string(output)));
}

std::vector<std::optional<Shape>> input_shapes(const Graph& graph, const Node& node) {
  std::vector<std::optional<Shape>> shapes;
  for (const ValueId id : node.inputs)
    shapes.push_back(id == kNoValue ? std::nullopt : std::optional<Shape>(graph.value(id).shape));
  return shapes;
}

}  // namespace inf::compiler
