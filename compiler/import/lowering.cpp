#include "compiler/import/lowering.h"

#include <fmt/format.h>

#include "compiler/analysis/fold.h"
#include "compiler/ir/element.h"
#include "compiler/ir/names.h"
#include "compiler/ir/shape.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {

template <class T>
const T* Lowering::find(const std::string& attribute) const {
  const auto at = node.attributes.find(attribute);
  if (at == node.attributes.end()) return nullptr;
  const T* value = std::get_if<T>(&at->second);
  if (value == nullptr)
    broken(fmt::format("attribute '{}' has the wrong type", attribute),
           {"the file is damaged or was written for another opset"});
  return value;
}

std::int64_t Lowering::integer(const std::string& attribute, std::int64_t fallback) const {
  const auto* v = find<std::int64_t>(attribute);
  return v ? *v : fallback;
}
float Lowering::number(const std::string& attribute, float fallback) const {
  const auto* v = find<float>(attribute);
  return v ? *v : fallback;
}
std::string Lowering::word(const std::string& attribute, const std::string& fallback) const {
  const auto* v = find<std::string>(attribute);
  return v ? *v : fallback;
}
std::vector<std::int64_t> Lowering::integers(const std::string& attribute, std::vector<std::int64_t> fallback) const {
  const auto* v = find<std::vector<std::int64_t>>(attribute);
  return v ? *v : fallback;
}

std::vector<std::string> Lowering::words(const std::string& attribute) const {
  const auto* v = find<std::vector<std::string>>(attribute);
  return v ? *v : std::vector<std::string>();
}

ValueId Lowering::typed(std::size_t slot) const {
  if (!present(slot)) broken(fmt::format("input {} is missing", slot));
  return inputs_[slot];
}

ValueId Lowering::input(std::size_t slot) {
  const ValueId id = typed(slot);
  const Value& v = graph_.value(id);
  if (v.element == Element::f32) return id;
  if (!v.constant)
    unsupported(fmt::format("input '{}' holds {} at run time", v.name, name(v.element)),
                {fmt::format("{} takes floats here: cast the value before it", node.type)});
  const std::vector<std::int64_t>& ints = v.constant->ints();
  return inputs_[slot] = constant_value(v.shape, std::vector<float>(ints.begin(), ints.end()));
}

bool Lowering::any_float(std::initializer_list<std::size_t> slots) const {
  for (const std::size_t slot : slots)
    if (present(slot) && element(slot) == Element::f32) return true;
  return false;
}

const Constant& Lowering::known(std::size_t slot, const std::string& what) const {
  if (!present(slot)) broken(fmt::format("input {} ({}) is missing", slot, what));
  const Value& v = graph_.value(inputs_[slot]);
  if (!v.constant)
    unsupported(fmt::format("{} ('{}') is computed from run-time values", what, v.name),
                {fmt::format("{} must follow from constants and static shapes", what)});
  return *v.constant;
}

std::vector<std::int64_t> Lowering::constant_integers(std::size_t slot, const std::string& what) const {
  const Constant& c = known(slot, what);
  if (!std::holds_alternative<std::vector<std::int64_t>>(c.data))
    broken(fmt::format("{} holds floats, integers are needed", what));
  return c.ints();
}

std::vector<float> Lowering::constant_floats(std::size_t slot, const std::string& what) const {
  const Constant& c = known(slot, what);
  if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&c.data)) return {ints->begin(), ints->end()};
  return c.floats();
}

std::vector<std::int64_t> Lowering::axes(const std::string& attribute, std::size_t slot, std::int64_t moved) const {
  if (opset < moved) return integers(attribute);
  return present(slot) ? constant_integers(slot, attribute) : std::vector<std::int64_t>();
}

ValueId Lowering::emit(Operator op, std::vector<ValueId> inputs, std::optional<Shape> shape) {
  while (!inputs.empty() && inputs.back() == kNoValue) inputs.pop_back();
  Node n{std::move(op), std::move(inputs), kNoValue, node.label};
  try {
    if (shape)
      check_shape(n.op, input_shapes(graph_, n), *shape);
    else
      shape = infer_shape(n.op, input_shapes(graph_, n));
  } catch (const Error& e) {
    broken(e.message(),
           {"the shapes in the model do not fit each other; export it again with the input size you need"});
  }
  double count = 1;
  for (const std::int64_t d : *shape) count *= static_cast<double>(d);
  if (count > 1e12) unsupported(fmt::format("the result has shape {}: more than 10^12 elements", to_string(*shape)));
  for (const std::int64_t d : *shape)
    if (d < 1)
      unsupported(fmt::format("the result has shape {}: it is empty", to_string(*shape)),
                  {"remove the branch that computes nothing"});
  Element element = Element::f32;
  try {
    element = infer_element(n.op, input_elements(graph_, n));
  } catch (const Error& e) {
    unsupported(e.message(), {"supported at run time: floats, and integers and booleans where no rounding arises"});
  }
  if (auto known = folded(graph_, n, *shape, element)) return graph_.add({"", element, *shape, std::move(known)});
  n.output = graph_.add({"", element, *shape, nullptr});
  graph_.nodes.push_back(std::move(n));
  return graph_.nodes.back().output;
}

ValueId Lowering::reshaped(ValueId x, const Shape& shape) {
  if (graph_.value(x).shape == shape) return x;
  const Constant* c = constant(graph_, x);
  if (c == nullptr || elements(c->shape) != elements(shape)) return emit(Reshape{}, {x}, shape);
  return graph_.add({"", graph_.value(x).element, shape, std::make_shared<const Constant>(Constant{shape, c->data})});
}

ValueId Lowering::constant_value(Shape shape, std::vector<float> data) {
  auto constant = std::make_shared<const Constant>(Constant{shape, std::move(data)});
  return graph_.add({"", Element::f32, std::move(shape), std::move(constant)});
}

ValueId Lowering::constant_value(Shape shape, std::vector<std::int64_t> data, Element element) {
  auto constant = std::make_shared<const Constant>(Constant{shape, std::move(data)});
  return graph_.add({"", element, std::move(shape), std::move(constant)});
}

ValueId Lowering::scalar(Element element, double value) {
  if (element == Element::f32) return constant_value({}, std::vector<float>{static_cast<float>(value)});
  return constant_value({}, std::vector<std::int64_t>{static_cast<std::int64_t>(value)}, element);
}

void Lowering::result(std::size_t slot, ValueId id) {
  results_.at(slot) = id;
  if (std::string& name = graph_.value(id).name; name.empty()) name = node.outputs[slot];
}

void Lowering::unsupported(const std::string& message, std::vector<std::string> notes) const {
  throw Error(ErrorKind::unsupported, place(model_, node), message, std::move(notes));
}
void Lowering::broken(const std::string& message, std::vector<std::string> notes) const {
  throw Error(ErrorKind::import, place(model_, node), message, std::move(notes));
}

ValueId binary(Lowering& at, Binary::Op op, ValueId a, ValueId b) { return at.emit(Binary{op, {}}, {a, b}); }

ValueId unary(Lowering& at, Act fn, ValueId x) { return at.emit(Unary{{fn, 0, 0}}, {x}); }

ValueId reduced(Lowering& at, Reduce::Op op, ValueId x, std::vector<std::int64_t> axes) {
  return at.emit(Reduce{op, std::move(axes), true}, {x});
}

ValueId cut(Lowering& at, ValueId x, std::size_t axis, std::int64_t start, std::int64_t end) {
  Shape y = at.shape_of(x);
  if (start == 0 && end == y[axis]) return x;
  Slice s{std::vector<std::int64_t>(y.size(), 0), std::vector<std::int64_t>(y.size(), 1)};
  s.start[axis] = start, y[axis] = end - start;
  return at.emit(std::move(s), {x}, y);
}

std::int64_t positive_axis(const Lowering& at, std::int64_t axis, std::size_t rank) {
  const auto n = static_cast<std::int64_t>(rank);
  if (axis < -n || axis >= n) at.broken(fmt::format("axis {} is outside the {} axes of the input", axis, n));
  return axis < 0 ? axis + n : axis;
}

}  // namespace inf::compiler::importer
