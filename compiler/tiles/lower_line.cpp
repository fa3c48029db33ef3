#include <fmt/format.h>

#include "compiler/tiles/line_plan.h"
#include "compiler/tiles/lowering.h"

// Operators along axes: reductions, running sums, the index of the largest element. An axis is reduced where it lies:
// everything before it is `outer`, everything behind it `inner`.
namespace inf::compiler {
namespace {

/// Largest magnitude below which fp32 holds every whole number.
constexpr std::int64_t kExactWhole = std::int64_t{1} << 24;

/// Neighbouring axes that are reduced together.
struct AxisRun {
  std::int64_t outer = 1, n = 1, inner = 1;
};

AxisRun around(const Shape& s, std::size_t first, std::size_t last) {
  AxisRun r;
  for (std::size_t i = 0; i < s.size(); ++i) (i < first ? r.outer : i < last ? r.n : r.inner) *= s[i];
  return r;
}

std::size_t positive(std::int64_t axis, const Shape& s) {
  return static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(s.size()) : axis);
}

/// Into how many parts a long line of few neighbours is cut, so that every partition has one: a divisor of n.
std::int64_t parts_of(const AxisRun& r, std::int64_t partitions) {
  constexpr std::int64_t kLong = 2048;
  if (r.outer * r.inner > partitions / 4 || r.n < kLong) return 1;
  for (std::int64_t d = partitions / r.outer; d > 1; --d)
    if (r.n % d == 0) return d;
  return 1;
}

}  // namespace

void Lowering::line(const Node& node, LineTile t) {
  const OpEstimate e = plan_line(program_, t, chip_);
  add(node, t, e);
}

/// Reduces the runs of axes from the last one to the first, through fp32 where there are several.
void Lowering::lower_op(const Node& node, const Reduce& op) {
  Shape s = shape(graph_, node.inputs[0]);
  if (elements(s) == 0) refuse(node, "a reduction of no elements", "leave the operator out");
  std::vector<bool> reduced(s.size());
  for (std::int64_t axis : op.axes) reduced[positive(axis, s)] = true;
  std::vector<AxisRun> runs;
  std::int64_t count = 1;
  const TensorId y = tensor_of(node.output);
  for (std::size_t last = s.size(); last > 0;) {
    std::size_t first = last;
    while (first > 0 && reduced[first - 1]) --first;
    if (first == last) {
      --last;
      continue;
    }
    AxisRun r = around(s, first, last);
    for (std::size_t i = first; i < last; ++i) s[i] = 1;
    count *= r.n;
    const std::int64_t parts = parts_of(r, chip_.sbuf.partitions);
    if (parts > 1) runs.push_back({r.outer * parts, r.n / parts, r.inner});
    runs.push_back({r.outer, parts > 1 ? parts : r.n, r.inner});
    last = first;
  }
  if (runs.empty()) runs.push_back({1, 1, elements(s)});
  TensorId x = as_dense(tensor_of(node.inputs[0]), node);
  const bool mean = op.op == Reduce::Op::mean;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const bool final = i + 1 == runs.size();
    const AxisRun& r = runs[i];
    LineTile t{.x = x, .outer = r.outer, .n = r.n, .inner = r.inner, .op = mean ? Reduce::Op::sum : op.op};
    t.y = final ? y : scratch(fmt::format("{}.part{}", node.name, i), {r.outer, r.inner}, DType::fp32);
    if (mean && final) t.scale = 1.0f / static_cast<float>(count);
    line(node, t);
    x = t.y;
  }
}

void Lowering::lower_op(const Node& node, const ArgMax& op) {
  const Shape& s = shape(graph_, node.inputs[0]);
  const std::size_t axis = positive(op.axis, s);
  const AxisRun r = around(s, axis, axis + 1);
  if (elements(s) == 0) refuse(node, "the largest of no elements", "leave the operator out");
  if (r.n > kExactWhole)
    refuse(node, fmt::format("the largest of {} elements: positions above {} are not exact in fp32", r.n, kExactWhole),
           "split the axis");
  LineTile t{.kind = LineTile::Kind::arg_max,
             .x = as_dense(tensor_of(node.inputs[0]), node),
             .y = tensor_of(node.output),
             .outer = r.outer,
             .n = r.n,
             .inner = r.inner};
  t.last = op.last;
  t.smallest = op.smallest;
  line(node, t);
}

void Lowering::lower_op(const Node& node, const CumSum& op) {
  const Shape& s = shape(graph_, node.inputs[0]);
  const std::size_t axis = positive(op.axis, s);
  const AxisRun r = around(s, axis, axis + 1);
  if (elements(s) == 0) refuse(node, "running sums of no elements", "leave the operator out");
  LineTile t{.kind = LineTile::Kind::running,
             .x = as_dense(tensor_of(node.inputs[0]), node),
             .y = tensor_of(node.output),
             .outer = r.outer,
             .n = r.n,
             .inner = r.inner};
  t.exclusive = op.exclusive;
  t.reverse = op.reverse;
  line(node, t);
}

}  // namespace inf::compiler
