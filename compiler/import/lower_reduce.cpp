#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "compiler/import/lowering.h"
#include "compiler/ir/names.h"

namespace inf::compiler::importer {
namespace {

using Axes = std::vector<std::int64_t>;

Reduce::Op reduce_op(const std::string& type) {
  static const std::map<std::string, Reduce::Op> kOps = {{"ReduceMean", Reduce::Op::mean},
                                                         {"ReduceSum", Reduce::Op::sum},
                                                         {"ReduceMax", Reduce::Op::max},
                                                         {"ReduceMin", Reduce::Op::min}};
  return kOps.at(type);
}

/// The axes to reduce, counted from the front and ascending; nullopt when the node does nothing.
std::optional<Axes> reduced_axes(Lowering& at) {
  const std::size_t rank = at.shape(0).size();
  Axes axes = at.axes("axes", 1, at.node.type == "ReduceSum" ? 13 : 18);
  if (axes.empty() && at.integer("noop_with_empty_axes", 0) != 0) return std::nullopt;
  if (axes.empty()) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), 0);
  }
  for (std::int64_t& a : axes) a = positive_axis(at, a, rank);
  std::sort(axes.begin(), axes.end());
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  return axes;
}

/// `y` with the reduced axes dropped where the node says so.
ValueId kept(Lowering& at, ValueId y, const Axes& axes) {
  if (at.integer("keepdims", 1) != 0) return y;
  Shape shape;
  for (std::size_t i = 0; i < at.shape_of(y).size(); ++i)
    if (std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(i)) == axes.end())
      shape.push_back(at.shape_of(y)[i]);
  return at.reshaped(y, shape);
}

/// Product over the axes, one multiplication per position.
ValueId product(Lowering& at, ValueId x, const Axes& axes) {
  constexpr std::int64_t kMost = 64;
  for (const std::int64_t axis : axes) {
    const auto a = static_cast<std::size_t>(axis);
    const std::int64_t size = at.shape_of(x)[a];
    if (size > kMost)
      at.unsupported(
          fmt::format("a product over {} positions of axis {}", size, axis),
          {fmt::format("supported: up to {} positions; take the logarithm, a sum and the exponential", kMost)});
    ValueId y = cut(at, x, a, 0, 1);
    for (std::int64_t i = 1; i < size; ++i) y = binary(at, Binary::Op::mul, y, cut(at, x, a, i, i + 1));
    x = y;
  }
  return x;
}

/// Numerically safe: the largest is taken out of the exponential.
ValueId log_sum_exp(Lowering& at, ValueId x, const Axes& axes) {
  const ValueId top = reduced(at, Reduce::Op::max, x, axes);
  const ValueId powers = unary(at, Act::exp, binary(at, Binary::Op::sub, x, top));
  return binary(at, Binary::Op::add, unary(at, Act::log, reduced(at, Reduce::Op::sum, powers, axes)), top);
}

}  // namespace

void lower_softmax(Lowering& at) {
  const Shape x = at.shape(0);
  const std::int64_t axis = positive_axis(at, at.integer("axis", at.opset < 13 ? 1 : -1), x.size());
  const Shape from(x.begin() + axis, x.end());
  if (at.opset >= 13 || elements(from) == x[static_cast<std::size_t>(axis)])
    return at.result(at.emit(Softmax{axis}, {at.input(0)}));
  // Before opset 13 all axes from `axis` on are one.
  const ValueId flat = at.reshaped(at.input(0), {elements(x) / elements(from), elements(from)});
  at.result(at.reshaped(at.emit(Softmax{1}, {flat}), x));
}

void lower_log_softmax(Lowering& at) {
  const ValueId x = at.input(0);
  const Shape shape = at.shape(0);
  const std::int64_t axis = positive_axis(at, at.integer("axis", at.opset < 13 ? 1 : -1), shape.size());
  Axes axes = {axis};
  for (auto i = static_cast<std::int64_t>(shape.size()) - 1; i > axis && at.opset < 13; --i) axes.push_back(i);
  std::sort(axes.begin(), axes.end());
  const ValueId centred = binary(at, Binary::Op::sub, x, reduced(at, Reduce::Op::max, x, axes));
  const ValueId sum = reduced(at, Reduce::Op::sum, unary(at, Act::exp, centred), axes);
  at.result(binary(at, Binary::Op::sub, centred, unary(at, Act::log, sum)));
}

void lower_reduce(Lowering& at) {
  const auto axes = reduced_axes(at);
  if (!axes || axes->empty()) return at.result(at.typed(0));
  at.result(at.emit(Reduce{reduce_op(at.node.type), *axes, at.integer("keepdims", 1) != 0},
                    {at.operand(0, at.is_constant(0))}));
}

void lower_composed_reduce(Lowering& at) {
  const auto axes = reduced_axes(at);
  const std::string& type = at.node.type;
  const ValueId x = at.input(0);
  const auto sum = [&](ValueId v) { return reduced(at, Reduce::Op::sum, v, *axes); };
  const auto value = [&] {
    if (type == "ReduceL1") return sum(unary(at, Act::abs, x));
    if (type == "ReduceL2") return unary(at, Act::sqrt, sum(unary(at, Act::square, x)));
    if (type == "ReduceSumSquare") return sum(unary(at, Act::square, x));
    if (type == "ReduceLogSum") return unary(at, Act::log, sum(x));
    if (type == "ReduceLogSumExp") return log_sum_exp(at, x, *axes);
    return product(at, x, *axes);
  };
  at.result(kept(at, value(), *axes));
}

void lower_layer_norm(Lowering& at) {
  for (std::size_t i = 1; i < at.node.outputs.size(); ++i)
    if (!at.node.outputs[i].empty())
      at.unsupported(fmt::format("output {} ('{}') is asked for", i, at.node.outputs[i]),
                     {"supported: the first output; mean and deviation are for training"});
  const Shape x = at.shape(0);
  const std::int64_t axis = positive_axis(at, at.integer("axis", -1), x.size());
  const Shape normed(x.begin() + axis, x.end());
  const std::int64_t width = elements(normed);
  const auto vector = [&](std::size_t slot, const char* what) -> ValueId {
    if (!at.present(slot)) return kNoValue;
    if (elements(at.shape(slot)) != width)
      at.unsupported(fmt::format("{} has shape {}, the normalised axes have {}", what, to_string(at.shape(slot)),
                                 to_string(normed)),
                     {"supported: one element per normalised position"});
    return at.reshaped(at.input(slot), {width});
  };
  const bool last = normed.size() == 1;
  const ValueId rows = last ? at.input(0) : at.reshaped(at.input(0), {elements(x) / width, width});
  const ValueId y =
      at.emit(LayerNorm{at.number("epsilon", 1e-5f), true}, {rows, vector(1, "scale"), vector(2, "shift")});
  at.result(at.reshaped(y, x));
}

}  // namespace inf::compiler::importer
