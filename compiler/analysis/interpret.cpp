#include "compiler/analysis/interpret.h"

#include <fmt/format.h>

#include "compiler/analysis/interpret_ops.h"
#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/ir/names.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace interpreter {

std::vector<std::int64_t> strides(const Shape& shape) {
  std::vector<std::int64_t> s(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) s[i - 1] = s[i] * shape[i];
  return s;
}

bool next(std::vector<std::int64_t>& index, const Shape& shape) {
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (++index[i] < shape[i]) return true;
    index[i] = 0;
  }
  return false;
}

}  // namespace interpreter

std::vector<float> interpret_node(const Graph& graph, const Node& node,
                                  const std::vector<const std::vector<float>*>& inputs) {
  interpreter::Operands operands;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] == nullptr)
      operands.emplace_back();
    else
      operands.push_back({&shape(graph, node.inputs[i]), inputs[i]->data()});
  }
  const Shape& out = shape(graph, node.output);
  std::vector<float> y(static_cast<std::size_t>(elements(out)));
  std::visit([&](const auto& op) { interpreter::run(op, operands, out, y); }, node.op);
  return y;
}

std::vector<std::vector<float>> interpret(const Graph& graph, const std::vector<std::vector<float>>& inputs) {
  if (inputs.size() != graph.inputs.size())
    throw Error(ErrorKind::usage, graph.name,
                fmt::format("{} arrays for {} graph inputs", inputs.size(), graph.inputs.size()));
  std::vector<std::vector<float>> held(graph.values.size());
  std::vector<const std::vector<float>*> found(graph.values.size(), nullptr);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Value& v = graph.value(graph.inputs[i]);
    if (inputs[i].size() != static_cast<std::size_t>(elements(v.shape)))
      throw Error(ErrorKind::usage, graph.name,
                  fmt::format("{} values for input '{}' of shape {}", inputs[i].size(), v.name, to_string(v.shape)));
    found[static_cast<std::size_t>(graph.inputs[i])] = &inputs[i];
  }
  const auto get = [&](ValueId id) -> const std::vector<float>* {
    if (id == kNoValue) return nullptr;
    if (const Constant* c = constant(graph, id); c != nullptr && graph.value(id).element == Element::f32)
      return &c->floats();
    if (const auto* values = found[static_cast<std::size_t>(id)]) return values;
    throw Error(ErrorKind::usage, graph.name,
                fmt::format("'{}' has no values: its data was left out of the text form", graph.value(id).name));
  };
  const std::vector<Lifetime> spans = lifetimes(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<const std::vector<float>*> operands;
    for (const ValueId id : node.inputs) operands.push_back(get(id));
    const auto at = static_cast<std::size_t>(node.output);
    held[at] = interpret_node(graph, node, operands);
    found[at] = &held[at];
    for (const ValueId id : node.inputs)
      if (id != kNoValue && spans[static_cast<std::size_t>(id)].last == static_cast<int>(i))
        held[static_cast<std::size_t>(id)] = {};
  }
  std::vector<std::vector<float>> outputs;
  for (const ValueId id : graph.outputs) outputs.push_back(*get(id));
  return outputs;
}

}  // namespace inf::compiler
