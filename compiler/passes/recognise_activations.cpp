#include "compiler/passes/recognise_activations.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

/// Walks upwards from a node over values that nothing else reads, and remembers what it matched.
struct Matcher {
  const Graph& graph;
  const Uses& uses;
  std::vector<int> matched;

  /// The node behind `id` when it is an `Op` that only the pattern reads.
  template <class Op>
  const Node* inner(ValueId id) {
    const int p = uses.producer_of(id);
    if (p < 0 || uses.only_consumer(id) < 0 || !as<Op>(graph.nodes[static_cast<std::size_t>(p)])) return nullptr;
    matched.push_back(p);
    return &graph.nodes[static_cast<std::size_t>(p)];
  }
  /// Input of a unary function behind `id`.
  ValueId through(ValueId id, Act fn) {
    const Node* n = inner<Unary>(id);
    return n != nullptr && as<Unary>(*n)->act.fn == fn ? n->inputs[0] : kNoValue;
  }
  const Binary* plain(const Node& n, Binary::Op op) const {
    const auto* b = as<Binary>(n);
    return b != nullptr && b->op == op && b->act.fn == Act::none ? b : nullptr;
  }
  /// The other operand of `value op constant` behind `id`, within 2 ulp-ish of the wanted constant.
  ValueId with_constant(ValueId id, Binary::Op op, float want) {
    const Node* n = inner<Binary>(id);
    return n != nullptr ? operand_with(*n, op, want) : kNoValue;
  }
  ValueId operand_with(const Node& n, Binary::Op op, float want) const {
    if (plain(n, op) == nullptr) return kNoValue;
    const Constant* c = constant(graph, n.inputs[1]);
    const bool match =
        c != nullptr && c->floats().size() == 1 && std::abs(c->floats()[0] - want) <= 1e-6f * std::abs(want);
    return match ? n.inputs[0] : kNoValue;
  }
};

using Found = std::optional<std::pair<Activation, ValueId>>;

/// x * f(x) for the gate f on either side.
Found gated(Matcher& m, const Node& n) {
  if (m.plain(n, Binary::Op::mul) == nullptr) return std::nullopt;
  for (std::size_t side = 0; side < 2; ++side) {
    const ValueId x = n.inputs[side], gate = n.inputs[1 - side];
    const auto restart = [&] { m.matched.clear(); };
    if (restart(); m.through(gate, Act::sigmoid) == x) return {{{Act::silu, 0, 0}, x}};
    if (restart(); const Node* h = m.inner<Unary>(gate)) {
      const Activation& a = as<Unary>(*h)->act;
      if (a.fn == Act::hard_sigmoid && h->inputs[0] == x && std::abs(a.alpha - 1.0f / 6) < 1e-6f && a.beta == 0.5f)
        return {{{Act::hard_swish, 0, 0}, x}};
    }
    restart();
    const ValueId inside = m.through(gate, Act::tanh);
    if (inside != kNoValue && m.through(inside, Act::softplus) == x) return {{{Act::mish, 0, 0}, x}};
  }
  m.matched.clear();
  return std::nullopt;
}

/// 1 + erf(x / sqrt 2) behind `id`: gives x.
ValueId erf_gate(Matcher& m, ValueId id) {
  const ValueId erf = m.with_constant(id, Binary::Op::add, 1.0f);
  const ValueId scaled = erf == kNoValue ? kNoValue : m.through(erf, Act::erf);
  return scaled == kNoValue ? kNoValue : m.with_constant(scaled, Binary::Op::mul, 0.70710678f);
}

/// (x * gate) * 0.5 or x * (gate * 0.5) or (x * 0.5) * gate.
Found gelu(Matcher& m, const Node& n) {
  if (m.plain(n, Binary::Op::mul) == nullptr) return std::nullopt;
  const auto product_with_gate = [&](ValueId a, ValueId b, bool half_in_a) -> ValueId {
    m.matched.clear();
    const ValueId x = erf_gate(m, b);
    if (x == kNoValue) return kNoValue;
    return (half_in_a ? m.with_constant(a, Binary::Op::mul, 0.5f) : a) == x ? x : kNoValue;
  };
  for (std::size_t side = 0; side < 2; ++side)
    if (const ValueId x = product_with_gate(n.inputs[side], n.inputs[1 - side], true); x != kNoValue)
      return {{{Act::gelu, 0, 0}, x}};
  const ValueId whole = m.operand_with(n, Binary::Op::mul, 0.5f);
  if (whole == kNoValue || m.uses.only_consumer(whole) < 0 || m.uses.producer_of(whole) < 0) return std::nullopt;
  const int p = m.uses.producer_of(whole);
  const Node& product = m.graph.nodes[static_cast<std::size_t>(p)];
  if (m.plain(product, Binary::Op::mul) == nullptr) return std::nullopt;
  for (std::size_t side = 0; side < 2; ++side)
    if (const ValueId x = product_with_gate(product.inputs[side], product.inputs[1 - side], false); x != kNoValue) {
      m.matched.push_back(p);
      return {{{Act::gelu, 0, 0}, x}};
    }
  return std::nullopt;
}

}  // namespace

bool RecogniseActivations::run(Graph& graph) {
  const Uses u = uses(graph);
  Removal removal(graph);
  for (Node& n : graph.nodes) {
    Matcher m{graph, u, {}};
    Found found = gelu(m, n);
    if (!found) found = gated(m, n);
    if (!found || shape(graph, found->second) != shape(graph, n.output)) continue;
    n.op = Unary{found->first};
    n.inputs = {found->second};
    for (const int part : m.matched) removal.mark(part);
    for (const int part : m.matched)
      if (const std::string& name = graph.nodes[static_cast<std::size_t>(part)].name;
          !name_in_use(graph, name, removal))
        mark_fused(graph, name, n.name);
  }
  removal.apply(graph);
  return removal.any();
}

}  // namespace inf::compiler
