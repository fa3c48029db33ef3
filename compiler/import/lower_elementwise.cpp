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

}  // namespace

void lower_batch_norm(Lowering& at) {
  if (at.integer("training_mode", 0) != 0)
    at.unsupported("attribute training_mode = 1", {"supported: 0; call model.eval() before the export"});
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < 5; ++i) inputs.push_back(at.input(i));
  at.result(at.emit(BatchNorm{at.number("epsilon", 1e-5f)}, inputs));
}

void lower_activation(Lowering& at) {
  at.result(at.emit(Unary{activation_of(at)}, {at.operand(0, at.is_constant(0))}));
}

void lower_clip(Lowering& at) {
  const float low = at.opset < 11 ? at.number("min", -kMost) : bound(at, 1, "min", -kMost);
  const float high = at.opset < 11 ? at.number("max", kMost) : bound(at, 2, "max", kMost);
  if (low > high) at.unsupported(fmt::format("min = {} is above max = {}", low, high));
  const bool relu = low == 0 && high >= kMost;
  at.result(at.emit(Unary{relu ? Activation{Act::relu, 0, 0} : Activation{Act::clip, low, high}},
                    {at.operand(0, at.is_constant(0))}));
}

void lower_prelu(Lowering& at) {
  const std::vector<float> slope = at.constant_floats(1, "slope");
  if (std::any_of(slope.begin(), slope.end(), [&](float s) { return s != slope[0]; }))
    at.unsupported(fmt::format("slope has {} different values per channel", slope.size()),
                   {"supported: one slope for all channels (LeakyRelu)"});
  at.result(at.emit(Unary{{Act::leaky_relu, slope.empty() ? 0 : slope[0], 0}}, {at.input(0)}));
}

void lower_binary(Lowering& at) {
  const bool floats = at.any_float({0, 1});
  at.result(binary(at, binary_op(at.node.type), at.operand(0, floats), at.operand(1, floats)));
}

void lower_variadic(Lowering& at) {
  bool floats = false;
  for (std::size_t i = 0; i < at.input_count(); ++i) floats = floats || at.any_float({i});
  const Binary::Op op = at.node.type == "Mean" ? Binary::Op::add : binary_op(at.node.type);
  ValueId y = at.operand(0, floats);
  for (std::size_t i = 1; i < at.input_count(); ++i) y = binary(at, op, y, at.operand(i, floats));
  if (at.node.type == "Mean")
    y = binary(at, Binary::Op::mul, y, at.scalar(Element::f32, 1.0 / static_cast<double>(at.input_count())));
  at.result(y);
}

void lower_comparison(Lowering& at) {
  static const std::map<std::string, Binary::Op> kOps = {{"Equal", Binary::Op::equal},
                                                         {"Less", Binary::Op::less},
                                                         {"LessOrEqual", Binary::Op::less_equal},
                                                         {"Greater", Binary::Op::greater},
                                                         {"GreaterOrEqual", Binary::Op::greater_equal},
                                                         {"And", Binary::Op::logic_and},
                                                         {"Or", Binary::Op::logic_or},
                                                         {"Xor", Binary::Op::logic_xor}};
  const bool floats = at.any_float({0, 1});
  at.result(binary(at, kOps.at(at.node.type), at.operand(0, floats), at.operand(1, floats)));
}

void lower_not(Lowering& at) {
  at.result(binary(at, Binary::Op::logic_xor, at.typed(0), at.scalar(Element::boolean, 1)));
}

void lower_where(Lowering& at) {
  const bool floats = at.any_float({1, 2});
  at.result(at.emit(Where{}, {at.typed(0), at.operand(1, floats), at.operand(2, floats)}));
}

void lower_cast(Lowering& at) {
  const std::int64_t to = at.integer("to", 0);
  // ONNX's numbers: float, float16, double, bfloat16 are fp32 in the graph; int32 and int64 are integers
  const bool to_float = to == 1 || to == 10 || to == 11 || to == 16, to_int = to == 6 || to == 7;
  if (!to_float && !to_int && to != 9)
    at.unsupported(fmt::format("attribute to = {} on run-time values", to),
                   {"supported: casts to float types, int32, int64 and bool, and any cast of a constant"});
  const Element element = to_float ? Element::f32 : to_int ? Element::i64 : Element::boolean;
  if (at.element(0) == element) return at.result(at.typed(0));
  at.result(at.emit(Cast{element}, {at.typed(0)}));
}

}  // namespace inf::compiler::importer
