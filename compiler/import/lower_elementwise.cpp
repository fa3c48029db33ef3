#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "compiler/import/lowering.h"
#include "compiler/ir/names.h"

namespace inf::compiler::importer {
namespace {

constexpr float kMost = std::numeric_limits<float>::max();

Activation activation_of(const Lowering& at) {
  static const std::map<std::string, Act> kPlain = {
      {"Relu", Act::relu},         {"Sigmoid", Act::sigmoid}, {"Tanh", Act::tanh}, {"HardSwish", Act::hard_swish},
      {"Softplus", Act::softplus}, {"Exp", Act::exp},         {"Log", Act::log},   {"Sqrt", Act::sqrt},
      {"Abs", Act::abs},           {"Neg", Act::neg},         {"Erf", Act::erf},   {"Reciprocal", Act::reciprocal},
      {"Sin", Act::sin},           {"Sign", Act::sign}};
  const std::string& type = at.node.type;
  if (type == "LeakyRelu") return {Act::leaky_relu, at.number("alpha", 0.01f), 0};
  if (type == "Elu") return {Act::elu, at.number("alpha", 1.0f), 0};
  if (type == "HardSigmoid") return {Act::hard_sigmoid, at.number("alpha", 0.2f), at.number("beta", 0.5f)};
  return {kPlain.at(type), 0, 0};
}

float bound(const Lowering& at, std::size_t slot, const char* what, float fallback) {
  if (!at.present(slot)) return fallback;
  const std::vector<float> v = at.constant_floats(slot, what);
  if (v.size() != 1) at.broken(fmt::format("{} has {} elements, one is needed", what, v.size()));
  return v[0];
}

Binary::Op binary_op(const std::string& type) {
  static const std::map<std::string, Binary::Op> kOps = {
      {"Add", Binary::Op::add}, {"Sum", Binary::Op::add}, {"Sub", Binary::Op::sub}, {"Mul", Binary::Op::mul},
      {"Div", Binary::Op::div}, {"Max", Binary::Op::max}, {"Min", Binary::Op::min}, {"Pow", Binary::Op::pow}};
  return kOps.at(type);
}

Reduce::Op reduce_op(const std::string& type) {
  static const std::map<std::string, Reduce::Op> kOps = {{"ReduceMean", Reduce::Op::mean},
                                                         {"ReduceSum", Reduce::Op::sum},
                                                         {"ReduceMax", Reduce::Op::max},
                                                         {"ReduceMin", Reduce::Op::min}};
  return kOps.at(type);
}

}  // namespace

void lower_batch_norm(Lowering& at) {
  if (at.integer("training_mode", 0) != 0)
    at.unsupported("attribute training_mode = 1", {"supported: 0; call model.eval() before the export"});
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < 5; ++i) inputs.push_back(at.input(i));
  at.result(at.emit(BatchNorm{at.number("epsilon", 1e-5f)}, inputs));
}

void lower_activation(Lowering& at) { at.result(at.emit(Unary{activation_of(at)}, {at.input(0)})); }

void lower_clip(Lowering& at) {
  const float low = at.opset < 11 ? at.number("min", -kMost) : bound(at, 1, "min", -kMost);
  const float high = at.opset < 11 ? at.number("max", kMost) : bound(at, 2, "max", kMost);
  if (low > high) at.unsupported(fmt::format("min = {} is above max = {}", low, high));
  const bool relu = low == 0 && high >= kMost;
  at.result(at.emit(Unary{relu ? Activation{Act::relu, 0, 0} : Activation{Act::clip, low, high}}, {at.input(0)}));
}

void lower_prelu(Lowering& at) {
  const std::vector<float> slope = at.constant_floats(1, "slope");
  if (std::any_of(slope.begin(), slope.end(), [&](float s) { return s != slope[0]; }))
    at.unsupported(fmt::format("slope has {} different values per channel", slope.size()),
                   {"supported: one slope for all channels (LeakyRelu)"});
  at.result(at.emit(Unary{{Act::leaky_relu, slope.empty() ? 0 : slope[0], 0}}, {at.input(0)}));
}

void lower_binary(Lowering& at) { at.result(at.emit(Binary{binary_op(at.node.type), {}}, {at.input(0), at.input(1)})); }

void lower_variadic(Lowering& at) {
  ValueId y = at.input(0);
  for (std::size_t i = 1; i < at.input_count(); ++i) y = at.emit(Binary{binary_op(at.node.type), {}}, {y, at.input(i)});
  at.result(y);
}

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

void lower_reduce(Lowering& at) {
  const std::size_t rank = at.shape(0).size();
  std::vector<std::int64_t> axes = at.axes("axes", 1, at.node.type == "ReduceSum" ? 13 : 18);
  if (axes.empty() && at.integer("noop_with_empty_axes", 0) != 0) return at.result(at.input(0));
  if (axes.empty())
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  for (std::int64_t& a : axes) a = positive_axis(at, a, rank);
  std::sort(axes.begin(), axes.end());
  at.result(at.emit(Reduce{reduce_op(at.node.type), axes, at.integer("keepdims", 1) != 0}, {at.input(0)}));
}

}  // namespace inf::compiler::importer
