#include "compiler/ir/shape_rules.h"

#include <fmt/format.h>

#include "compiler/ir/access.h"
#include "compiler/ir/names.h"
#include "compiler/ir/shape.h"
#include "isa/base/error.h"

namespace inf::compiler::shape_rules {
namespace {

std::size_t from_front(std::int64_t axis, const Shape& s) {
  need_axis(axis, s);
  return static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(s.size()) : axis);
}

/// Last element that a view touches, counted from the start of its operand.
std::int64_t last_element(const HeadView& v, const Attention& a, std::int64_t rows, std::int64_t width) {
  return v.offset + (a.batch - 1) * v.batch + (a.heads - 1) * v.head + (rows - 1) * v.row + width - 1;
}

void need_view(const HeadView& v, const Attention& a, std::int64_t rows, std::int64_t width, const Shape& of,
               const char* what) {
  if (v.offset < 0 || v.batch < 0 || v.head < 0 || v.row < 0)
    fail(fmt::format("the view of {} has a negative offset or step", what));
  if (const std::int64_t last = last_element(v, a, rows, width); last >= elements(of))
    fail(fmt::format("the view of {} reaches element {}, {} has {}", what, last, to_string(of), elements(of)));
}

}  // namespace

void fail(std::string message) { throw Error(ErrorKind::import, "", std::move(message)); }

const Shape& need(const Inputs& inputs, std::size_t slot, const char* what) {
  if (slot >= inputs.size() || !inputs[slot]) fail(fmt::format("input {} ({}) is missing", slot, what));
  return *inputs[slot];
}

const Shape& need_rank(const Inputs& inputs, std::size_t slot, const char* what, std::size_t rank) {
  const Shape& s = need(inputs, slot, what);
  if (s.size() != rank) fail(fmt::format("{} has shape {}, rank {} is needed", what, to_string(s), rank));
  return s;
}

void need_equal(const Shape& got, const Shape& want, const char* what) {
  if (got != want) fail(fmt::format("{} has shape {}, {} is needed", what, to_string(got), to_string(want)));
}

void need_axis(std::int64_t axis, const Shape& s) {
  const auto rank = static_cast<std::int64_t>(s.size());
  if (axis < -rank || axis >= rank) fail(fmt::format("axis {} is outside the {} axes of {}", axis, rank, to_string(s)));
}

std::optional<Shape> infer(const LayerNorm&, const Inputs& in) {
  const Shape& x = need(in, 0, "input");
  if (x.empty()) fail("the input is a scalar, it has no axis to normalise");
  for (const std::size_t slot : {1, 2})
    if (slot < in.size() && in[slot]) need_equal(*in[slot], {x.back()}, slot == 1 ? "scale" : "shift");
  return x;
}

std::optional<Shape> infer(const Attention& a, const Inputs& in) {
  need(in, 0, "q"), need(in, 1, "k"), need(in, 2, "v");
  if (a.has_mask) need(in, kMaskSlot, "mask");
  return std::nullopt;
}

void check_views(const Attention& a, const Inputs& in, const Shape& output) {
  for (const std::int64_t size : {a.batch, a.heads, a.rows, a.keys, a.width, a.value_width})
    if (size < 1)
      fail(fmt::format("{} batch entries, {} heads, {} rows, {} keys, widths {} and {}: each must be at least 1",
                       a.batch, a.heads, a.rows, a.keys, a.width, a.value_width));
  need_view(a.q, a, a.rows, a.width, *in[0], "q"), need_view(a.k, a, a.keys, a.width, *in[1], "k");
  need_view(a.v, a, a.keys, a.value_width, *in[2], "v"), need_view(a.y, a, a.rows, a.value_width, output, "y");
  if (a.batch * a.heads * a.rows * a.value_width != elements(output))
    fail(fmt::format("the view of y has {} elements, the output {} has {}", a.batch * a.heads * a.rows * a.value_width,
                     to_string(output), elements(output)));
  if (!a.has_mask) return;
  const auto& s = a.mask_step;
  const std::int64_t last = (a.batch - 1) * s[0] + (a.heads - 1) * s[1] + (a.rows - 1) * s[2] + (a.keys - 1) * s[3];
  const Shape& mask = need(in, kMaskSlot, "mask");
  if (s[0] < 0 || s[1] < 0 || s[2] < 0 || s[3] < 0 || last >= elements(mask))
    fail(fmt::format("the mask is read up to element {}, {} has {}", last, to_string(mask), elements(mask)));
}

std::optional<Shape> infer(const Where&, const Inputs& in) {
  return broadcast(need(in, 0, "condition"), broadcast(need(in, 1, "a"), need(in, 2, "b")));
}

std::optional<Shape> infer(const Cast&, const Inputs& in) { return need(in, 0, "input"); }

std::optional<Shape> infer(const Expand&, const Inputs& in) { return need(in, 0, "input"), std::nullopt; }

std::optional<Shape> infer(const Gather& g, const Inputs& in) {
  const Shape &data = need(in, 0, "data"), &indices = need(in, 1, "indices");
  const auto axis = static_cast<std::ptrdiff_t>(from_front(g.axis, data));
  Shape y(data.begin(), data.begin() + axis);
  y.insert(y.end(), indices.begin(), indices.end());
  y.insert(y.end(), data.begin() + axis + 1, data.end());
  return y;
}

std::optional<Shape> infer(const Scatter&, const Inputs& in) {
  const Shape& data = need_rank(in, 0, "data", 2);
  const Shape& indices = need_rank(in, 1, "indices", 1);
  need_equal(need(in, 2, "updates"), {indices[0], data[1]}, "updates");
  return data;
}

std::optional<Shape> infer(const ArgMax& a, const Inputs& in) {
  Shape y = need(in, 0, "input");
  const std::size_t axis = from_front(a.axis, y);
  if (a.keep_dims)
    y[axis] = 1;
  else
    y.erase(y.begin() + static_cast<std::ptrdiff_t>(axis));
  return y;
}

std::optional<Shape> infer(const CumSum& c, const Inputs& in) {
  need_axis(c.axis, need(in, 0, "input"));
  return *in[0];
}

std::optional<Shape> infer(const Loop& loop, const Inputs& in) {
  if (loop.body == nullptr) fail("the loop has no body");
  const Graph& body = *loop.body;
  const auto carried = static_cast<std::size_t>(loop.carried);
  if (loop.trips < 1 || loop.carried < 0) fail(fmt::format("{} trips, {} carried values", loop.trips, loop.carried));
  if (body.inputs.size() < 2 + carried || body.outputs.size() < 1 + carried || body.outputs.size() < 2)
    fail(fmt::format("the body has {} inputs and {} outputs for {} carried values", body.inputs.size(),
                     body.outputs.size(), carried));
  if (in.size() + 1 != body.inputs.size())
    fail(fmt::format("the loop reads {} values, its body takes {}", in.size(), body.inputs.size() - 1));
  if (in[0]) need_equal(*in[0], body.value(body.inputs[1]).shape, "condition");
  for (std::size_t i = 1; i < in.size(); ++i)
    need_equal(need(in, i, "value"), body.value(body.inputs[i + 1]).shape, "a value of the loop");
  need_equal(body.value(body.outputs[0]).shape, body.value(body.inputs[1]).shape, "condition of the body");
  for (std::size_t i = 0; i < carried; ++i)
    need_equal(body.value(body.outputs[i + 1]).shape, body.value(body.inputs[i + 2]).shape, "a carried value");
  return loop_output(loop, 0).shape;
}

}  // namespace inf::compiler::shape_rules
