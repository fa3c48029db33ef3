#include "compiler/passes/pattern.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace inf::compiler {

std::optional<float> Pattern::scalar(ValueId id) const {
  if (id == kNoValue || graph.value(id).element != Element::f32) return std::nullopt;
  const Constant* c = constant(graph, id);
  if (c == nullptr || c->floats().size() != 1) return std::nullopt;
  return c->floats()[0];
}

const Node* Pattern::binary(ValueId id, Binary::Op op) const {
  const Node* n = writer<Binary>(id);
  return n != nullptr && as<Binary>(*n)->op == op && as<Binary>(*n)->act.fn == Act::none ? n : nullptr;
}

std::optional<Pattern::Scaled> Pattern::with_number(ValueId id, Binary::Op op) const {
  const Node* n = binary(id, op);
  if (n == nullptr) return std::nullopt;
  const bool commutes = op == Binary::Op::add || op == Binary::Op::mul;
  for (std::size_t slot = commutes ? 0 : 1; slot < 2; ++slot) {
    const ValueId value = n->inputs[1 - slot];
    if (const auto number = scalar(n->inputs[slot]); number && shape(graph, value) == shape(graph, id))
      return Scaled{value, *number};
  }
  return std::nullopt;
}

ValueId Pattern::argument(ValueId id, Act fn) const {
  const Node* n = writer<Unary>(id);
  return n != nullptr && as<Unary>(*n)->act.fn == fn ? n->inputs[0] : kNoValue;
}

bool about(double a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); }

std::vector<int> cone(const Graph& graph, const Uses& uses, int root, const std::vector<ValueId>& leaves) {
  std::set<int> parts;
  std::vector<int> open = {root};
  while (!open.empty()) {
    const Node& n = graph.nodes[static_cast<std::size_t>(open.back())];
    open.pop_back();
    for (const ValueId id : n.inputs) {
      if (std::find(leaves.begin(), leaves.end(), id) != leaves.end()) continue;
      if (const int p = uses.producer_of(id); p >= 0 && parts.insert(p).second) open.push_back(p);
    }
  }
  return {parts.begin(), parts.end()};
}

bool closed(const Graph& graph, const Uses& uses, const std::vector<int>& parts, int root) {
  const auto inside = [&](int reader) {
    return reader == root || std::binary_search(parts.begin(), parts.end(), reader);
  };
  return std::all_of(parts.begin(), parts.end(), [&](int part) {
    const ValueId id = graph.nodes[static_cast<std::size_t>(part)].output;
    const std::span<const int> readers = uses.consumers_of(id);
    return !uses.is_output[static_cast<std::size_t>(id)] && std::all_of(readers.begin(), readers.end(), inside);
  });
}

}  // namespace inf::compiler
