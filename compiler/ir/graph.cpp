#include "compiler/ir/graph.h"

#include <algorithm>

#include "compiler/ir/access.h"

namespace inf::compiler {

std::int64_t elements(const Shape& shape) {
  std::int64_t n = 1;
  for (const std::int64_t d : shape) n *= d;
  return n;
}

void set_input(Node& node, std::size_t slot, ValueId id) {
  if (node.inputs.size() <= slot) node.inputs.resize(slot + 1, kNoValue);
  node.inputs[slot] = id;
}

const Constant* constant(const Graph& graph, ValueId id) {
  if (id == kNoValue) return nullptr;
  const Constant* c = graph.value(id).constant.get();
  if (c == nullptr) return nullptr;
  const std::size_t held = std::visit([](const auto& d) { return d.size(); }, c->data);
  return held == static_cast<std::size_t>(elements(c->shape)) ? c : nullptr;
}

const Constant* float_constant(const Graph& graph, ValueId id) {
  const Constant* c = constant(graph, id);
  return c != nullptr && graph.value(id).element == Element::f32 ? c : nullptr;
}

std::size_t loop_outputs(const Loop& loop) { return loop.body->outputs.size() - 1; }

LoopOutput loop_output(const Loop& loop, std::size_t slot) {
  const Value& v = loop.body->value(loop.body->outputs.at(slot + 1));
  if (slot < static_cast<std::size_t>(loop.carried)) return {v.element, v.shape};
  Shape scan = {loop.trips};
  scan.insert(scan.end(), v.shape.begin(), v.shape.end());
  return {v.element, scan};
}

std::string unique_value_name(const Graph& graph, const std::string& name) {
  const auto taken = [&](const std::string& n) {
    return std::any_of(graph.values.begin(), graph.values.end(), [&](const Value& v) { return v.name == n; });
  };
  std::string unique = name;
  for (int suffix = 1; taken(unique); ++suffix) unique = name + "." + std::to_string(suffix);
  return unique;
}

ValueId add_constant(Graph& graph, const std::string& name, Shape shape, std::vector<float> data) {
  auto constant = std::make_shared<Constant>(Constant{shape, std::move(data)});
  return graph.add({unique_value_name(graph, name), Element::f32, std::move(shape), std::move(constant)});
}

Activation* activation(Operator& op) {
  return std::visit(
      [](auto& o) -> Activation* {
        if constexpr (requires { o.act; }) return &o.act;
        return nullptr;
      },
      op);
}

const Activation* activation(const Operator& op) { return activation(const_cast<Operator&>(op)); }

}  // namespace inf::compiler
