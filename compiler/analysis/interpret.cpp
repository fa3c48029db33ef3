#include "compiler/analysis/interpret.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

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

std::vector<std::int64_t> broadcast_strides(const Shape& from, const Shape& to) {
  const std::vector<std::int64_t> own = strides(from);
  std::vector<std::int64_t> s(to.size(), 0);
  for (std::size_t i = 0; i < from.size(); ++i)
    if (from[i] != 1) s[to.size() - from.size() + i] = own[i];
  return s;
}

std::int64_t dot(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

std::size_t positive(std::int64_t axis, std::size_t rank) {
  return static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis);
}

}  // namespace interpreter

namespace {

using Arrays = std::vector<std::vector<float>>;

Arrays run_loop(const Loop& loop, const std::vector<const std::vector<float>*>& inputs) {
  const auto carried = static_cast<std::size_t>(loop.carried);
  const std::size_t outputs = loop_outputs(loop);
  Arrays results(outputs), state(inputs.size() + 1);
  for (std::size_t k = carried; k < outputs; ++k)
    results[k].assign(static_cast<std::size_t>(elements(loop_output(loop, k).shape)), 0.0f);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    state[i + 1] = inputs[i] != nullptr ? *inputs[i] : std::vector<float>{1.0f};
  for (std::int64_t trip = 0; trip < loop.trips && state[1].at(0) != 0; ++trip) {
    state[0] = {static_cast<float>(trip)};
    Arrays out = interpret(*loop.body, state);
    for (std::size_t k = carried; k < outputs; ++k)
      std::copy(
          out[k + 1].begin(), out[k + 1].end(),
          results[k].begin() + static_cast<std::ptrdiff_t>(trip) * static_cast<std::ptrdiff_t>(out[k + 1].size()));
    for (std::size_t i = 0; i <= carried; ++i) state[i + 1] = std::move(out[i]);
  }
  for (std::size_t k = 0; k < carried; ++k) results[k] = std::move(state[k + 2]);
  return results;
}

/// Runs `compute` and gives an error without a place that of the node.
template <class F>
Arrays placed(const Node& node, F&& compute) {
  try {
    return compute();
  } catch (const Error& e) {
    if (!e.where().empty()) throw;
    throw Error(e.kind(), fmt::format("node '{}'", node.name), e.message(), e.notes());
  }
}

}  // namespace

std::vector<float> as_floats(const Constant& constant) {
  if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&constant.data)) return {ints->begin(), ints->end()};
  return constant.floats();
}

std::vector<float> interpret_values(const Graph& graph, const Node& node,
                                    const std::vector<const std::vector<float>*>& inputs, const Shape& shape) {
  interpreter::Operands operands;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] == nullptr)
      operands.emplace_back();
    else
      operands.push_back({&graph.value(node.inputs[i]).shape, inputs[i]->data()});
  }
  std::vector<float> y(static_cast<std::size_t>(elements(shape)));
  std::visit(
      [&](const auto& op) {
        if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(op)>, Loop>)
          interpreter::run(op, operands, shape, y);
      },
      node.op);
  return y;
}

std::vector<std::vector<float>> interpret_outputs(const Graph& graph, const Node& node,
                                                  const std::vector<const std::vector<float>*>& inputs) {
  if (const auto* loop = as<Loop>(node)) return placed(node, [&] { return run_loop(*loop, inputs); });
  return placed(node, [&] {
    Arrays results;
    results.push_back(interpret_values(graph, node, inputs, shape(graph, node.output)));
    return results;
  });
}

std::vector<float> interpret_node(const Graph& graph, const Node& node,
                                  const std::vector<const std::vector<float>*>& inputs) {
  return std::move(interpret_outputs(graph, node, inputs)[0]);
}

std::vector<std::vector<float>> interpret(const Graph& graph, const std::vector<std::vector<float>>& inputs) {
  if (inputs.size() != graph.inputs.size())
    throw Error(ErrorKind::usage, graph.name,
                fmt::format("{} arrays for {} graph inputs", inputs.size(), graph.inputs.size()));
  std::vector<std::vector<float>> held(graph.values.size());
  std::vector<const std::vector<float>*> found(graph.values.size(), nullptr);
  const auto keep = [&](ValueId id, std::vector<float> values) {
    const auto at = static_cast<std::size_t>(id);
    held[at] = std::move(values);
    found[at] = &held[at];
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Value& v = graph.value(graph.inputs[i]);
    if (inputs[i].size() != static_cast<std::size_t>(elements(v.shape)))
      throw Error(ErrorKind::usage, graph.name,
                  fmt::format("{} values for input '{}' of shape {}", inputs[i].size(), v.name, to_string(v.shape)));
    found[static_cast<std::size_t>(graph.inputs[i])] = &inputs[i];
  }
  const auto get = [&](ValueId id) -> const std::vector<float>* {
    if (id == kNoValue) return nullptr;
    if (const Constant* c = float_constant(graph, id)) return &c->floats();
    if (const auto* values = found[static_cast<std::size_t>(id)]) return values;
    if (const Constant* c = constant(graph, id)) return keep(id, as_floats(*c)), found[static_cast<std::size_t>(id)];
    throw Error(ErrorKind::usage, graph.name,
                fmt::format("'{}' has no values: its data was left out of the text form", graph.value(id).name));
  };
  const std::vector<Lifetime> spans = lifetimes(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<const std::vector<float>*> operands;
    for (const ValueId id : node.inputs) operands.push_back(get(id));
    std::vector<std::vector<float>> results = interpret_outputs(graph, node, operands);
    std::size_t slot = 0;
    each_output(node, [&](ValueId id) { keep(id, std::move(results[slot++])); });
    for (const ValueId id : node.inputs)
      if (id != kNoValue && spans[static_cast<std::size_t>(id)].last == static_cast<int>(i))
        held[static_cast<std::size_t>(id)] = {};
  }
  std::vector<std::vector<float>> outputs;
  for (const ValueId id : graph.outputs) outputs.push_back(*get(id));
  return outputs;
}

}  // namespace inf::compiler
