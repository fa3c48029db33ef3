#include "compiler/passes/fuse_layer_norm.h"

#include "compiler/passes/pattern.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

/// What is normalised and how.
struct Norm {
  ValueId x = kNoValue;
  bool center = false;
  float epsilon = 0;
  ValueId scale = kNoValue, shift = kNoValue;
};
using Found = std::optional<Norm>;

struct Matcher : Pattern {
  /// x, when `id` is its mean over the last axis with that axis kept as 1.
  ValueId mean_of(ValueId id) const {
    float factor = 1;
    bool sum = false;
    if (const auto scaled = with_number(id, Binary::Op::mul)) id = scaled->value, factor = scaled->number, sum = true;
    const Shape kept = id == kNoValue ? Shape{} : shape(graph, id);
    if (const Node* r = writer<Reshape>(id)) id = r->inputs[0];
    const Node* n = writer<Reduce>(id);
    if (n == nullptr) return kNoValue;
    const auto& r = *as<Reduce>(*n);
    Shape x = shape(graph, n->inputs[0]);
    const auto last = static_cast<std::int64_t>(x.size()) - 1;
    if (last < 0 || r.op != (sum ? Reduce::Op::sum : Reduce::Op::mean) || r.axes != std::vector<std::int64_t>{last})
      return kNoValue;
    const std::int64_t width = x.back();
    x.back() = 1;
    if (kept != x || (sum && !about(factor * static_cast<double>(width), 1))) return kNoValue;
    return n->inputs[0];
  }
  ValueId squared(ValueId id) const {
    if (const ValueId v = argument(id, Act::square); v != kNoValue) return v;
    if (const auto p = with_number(id, Binary::Op::pow); p && p->number == 2) return p->value;
    const Node* product = binary(id, Binary::Op::mul);
    return product != nullptr && product->inputs[0] == product->inputs[1] ? product->inputs[0] : kNoValue;
  }
  /// x, when `id` is x minus its mean.
  ValueId centred(ValueId id) const {
    const Node* n = binary(id, Binary::Op::sub);
    return n != nullptr && mean_of(n->inputs[1]) == n->inputs[0] ? n->inputs[0] : kNoValue;
  }
  /// Mean of squares: of x, or of x minus its mean.
  Found variance(ValueId id) const {
    if (const ValueId inner = argument(id, Act::relu); inner != kNoValue) id = inner;
    if (const ValueId of = squared(mean_of(id)); of != kNoValue) {
      const ValueId x = centred(of);
      return Norm{x == kNoValue ? of : x, x != kNoValue};
    }
    const Node* difference = binary(id, Binary::Op::sub);
    if (difference == nullptr) return std::nullopt;
    const ValueId x = squared(mean_of(difference->inputs[0])), mean = squared(difference->inputs[1]);
    if (x == kNoValue || mean == kNoValue || mean_of(mean) != x) return std::nullopt;
    return Norm{x, true};
  }
  Found variance_and_epsilon(ValueId id) const {
    const auto sum = with_number(id, Binary::Op::add);
    Found v = variance(sum ? sum->value : id);
    if (v && sum) v->epsilon = sum->number;
    return v;
  }
  /// Square root of variance + epsilon.
  Found deviation(ValueId id) const {
    if (const auto p = with_number(id, Binary::Op::pow); p && p->number == 0.5f) return variance_and_epsilon(p->value);
    const ValueId inside = argument(id, Act::sqrt);
    return inside == kNoValue ? std::nullopt : variance_and_epsilon(inside);
  }
  Found inverse_deviation(ValueId id) const {
    if (const auto p = with_number(id, Binary::Op::pow); p && p->number == -0.5f) return variance_and_epsilon(p->value);
    if (const Node* d = binary(id, Binary::Op::div); d != nullptr && scalar(d->inputs[0]) == 1.0f)
      return deviation(d->inputs[1]);
    if (const ValueId root = argument(id, Act::reciprocal); root != kNoValue) return deviation(root);
    const ValueId inverse = argument(id, Act::sqrt);
    const ValueId inside = inverse == kNoValue ? kNoValue : argument(inverse, Act::reciprocal);
    return inside == kNoValue ? std::nullopt : variance_and_epsilon(inside);
  }

  /// A constant with one element per position of the last axis of `x`, repeated on the others.
  bool row_vector(ValueId id, ValueId x) const {
    const Value& v = graph.value(id);
    const Shape& s = shape(graph, x);
    return v.constant && v.element == Element::f32 && !v.shape.empty() && v.shape.size() <= s.size() && s.back() > 1 &&
           v.shape.back() == s.back() && elements(v.shape) == s.back();
  }
  /// Inverse deviation, or its product with a scale.
  Found factor(ValueId id) const {
    if (Found plain = inverse_deviation(id)) return plain;
    const Node* n = binary(id, Binary::Op::mul);
    for (std::size_t side = 0; n != nullptr && side < 2; ++side)
      if (Found f = inverse_deviation(n->inputs[side]); f && row_vector(n->inputs[1 - side], f->x))
        return f->scale = n->inputs[1 - side], f;
    return std::nullopt;
  }
  bool numerator(ValueId id, const Norm& norm) const { return norm.center ? centred(id) == norm.x : id == norm.x; }

  /// Numerator over deviation, or numerator times its inverse.
  Found normalised(const Node& n) const {
    const auto* b = as<Binary>(n);
    if (b == nullptr || b->act.fn != Act::none) return std::nullopt;
    if (b->op == Binary::Op::div) {
      Found f = deviation(n.inputs[1]);
      return f && numerator(n.inputs[0], *f) ? f : std::nullopt;
    }
    for (std::size_t side = 0; b->op == Binary::Op::mul && side < 2; ++side)
      if (Found f = factor(n.inputs[side]); f && numerator(n.inputs[1 - side], *f)) return f;
    return std::nullopt;
  }
  /// x * factor + (shift - mean * factor).
  Found spread(const Node& n) const {
    if (binary(n.output, Binary::Op::add) == nullptr) return std::nullopt;
    for (std::size_t side = 0; side < 2; ++side) {
      const Node *product = binary(n.inputs[side], Binary::Op::mul),
                 *rest = binary(n.inputs[1 - side], Binary::Op::sub);
      const Node* moved = rest == nullptr ? nullptr : binary(rest->inputs[1], Binary::Op::mul);
      for (std::size_t i = 0; product != nullptr && moved != nullptr && i < 2; ++i) {
        const ValueId shared = product->inputs[i];
        Found f = factor(shared);
        if (!f || !f->center || product->inputs[1 - i] != f->x || !row_vector(rest->inputs[0], f->x)) continue;
        for (std::size_t k = 0; k < 2; ++k)
          if (moved->inputs[k] == shared && mean_of(moved->inputs[1 - k]) == f->x) return f->shift = rest->inputs[0], f;
      }
    }
    return std::nullopt;
  }
  Found already(const Node& n) const {
    const auto* l = as<LayerNorm>(n);
    if (l == nullptr || input(n, 1) != kNoValue || input(n, 2) != kNoValue) return std::nullopt;
    return Norm{n.inputs[0], l->center, l->epsilon};
  }

  /// Takes a factor and a summand that follow as scale and shift; returns the last node of the pattern.
  int extend(int root, Norm& norm) const {
    const auto follows = [&](Binary::Op op, ValueId& vector) {
      const ValueId y = graph.nodes[static_cast<std::size_t>(root)].output;
      const int reader = uses.only_consumer(y);
      if (reader < 0) return;
      const Node* n = binary(graph.nodes[static_cast<std::size_t>(reader)].output, op);
      if (n == nullptr || shape(graph, n->output) != shape(graph, y)) return;
      const ValueId other = n->inputs[n->inputs[0] == y ? 1 : 0];
      if (row_vector(other, norm.x)) vector = other, root = reader;
    };
    if (norm.shift != kNoValue) return root;
    if (norm.scale == kNoValue) follows(Binary::Op::mul, norm.scale);
    follows(Binary::Op::add, norm.shift);
    return root;
  }
};

/// Gives scale and shift one axis.
void flatten_vectors(Graph& graph, Node& norm) {
  for (std::size_t slot = 1; slot < norm.inputs.size(); ++slot) {
    const ValueId id = norm.inputs[slot];
    if (id == kNoValue || shape(graph, id).size() == 1) continue;
    const Value& v = graph.value(id);
    norm.inputs[slot] = add_constant(graph, v.name + ".vector", {elements(v.shape)}, v.constant->floats());
  }
}

}  // namespace

bool FuseLayerNorm::run(Graph& graph) {
  const Uses u = uses(graph);
  const Matcher m{{graph, u}};
  Removal removal(graph);
  std::vector<int> fused;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (removal.marked(static_cast<int>(i))) continue;
    const bool is_norm = as<LayerNorm>(graph.nodes[i]) != nullptr;
    Found norm = is_norm ? m.already(graph.nodes[i]) : m.normalised(graph.nodes[i]);
    if (!norm && !is_norm) norm = m.spread(graph.nodes[i]);
    if (!norm || shape(graph, norm->x) != shape(graph, graph.nodes[i].output)) continue;
    const int root = m.extend(static_cast<int>(i), *norm);
    const std::vector<int> parts = cone(graph, u, root, {norm->x});
    if ((is_norm && root == static_cast<int>(i)) || !closed(graph, u, parts, root)) continue;
    Node& n = graph.nodes[static_cast<std::size_t>(root)];
    n.op = LayerNorm{norm->epsilon, norm->center};
    n.inputs = {norm->x};
    if (norm->scale != kNoValue) set_input(n, 1, norm->scale);
    if (norm->shift != kNoValue) set_input(n, 2, norm->shift);
    absorb(graph, parts, n.name, removal);
    fused.push_back(root);
  }
  for (const int node : fused) flatten_vectors(graph, graph.nodes[static_cast<std::size_t>(node)]);
  removal.apply(graph);
  return removal.any();
}

}  // namespace inf::compiler
