#include "compiler/passes/recognise_activations.h"

#include <array>
#include <cmath>

#include "compiler/passes/pattern.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

/// The operator that a pattern stands for and what it is applied to.
struct Known {
  Operator op;
  ValueId x = kNoValue;
};
using Found = std::optional<Known>;
using Cubic = std::array<double, 4>;  ///< coefficients of 1, x, x^2, x^3

std::optional<Cubic> product(const Cubic& a, const Cubic& b) {
  Cubic y{};
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      if (a[i] == 0 || b[j] == 0) continue;
      if (i + j > 3) return std::nullopt;
      y[i + j] += a[i] * b[j];
    }
  return y;
}

bool about(const Cubic& a, const Cubic& b) {
  for (std::size_t i = 0; i < 4; ++i)
    if (!compiler::about(a[i], b[i])) return false;
  return true;
}

/// A product as one number and the values that it multiplies.
struct Factors {
  double number = 1;
  std::vector<ValueId> values;
};

struct Matcher : Pattern {
  /// `id` as a polynomial of `x`; a walk of more than `depth` nodes gives up.
  std::optional<Cubic> polynomial(ValueId id, ValueId x, int depth = 8) const {
    if (id == x) return Cubic{0, 1, 0, 0};
    if (const auto number = scalar(id)) return Cubic{*number, 0, 0, 0};
    if (depth == 0) return std::nullopt;
    if (const ValueId v = argument(id, Act::square); v != kNoValue) {
      const auto p = polynomial(v, x, depth - 1);
      return p ? product(*p, *p) : p;
    }
    if (const auto power = with_number(id, Binary::Op::pow); power && (power->number == 2 || power->number == 3)) {
      const auto p = polynomial(power->value, x, depth - 1);
      const auto square = p ? product(*p, *p) : p;
      return square && power->number == 3 ? product(*square, *p) : square;
    }
    const Node *sum = binary(id, Binary::Op::add), *times = binary(id, Binary::Op::mul), *n = sum ? sum : times;
    if (n == nullptr || shape(graph, id) != shape(graph, x)) return std::nullopt;
    const auto a = polynomial(n->inputs[0], x, depth - 1), b = polynomial(n->inputs[1], x, depth - 1);
    if (!a || !b) return std::nullopt;
    if (times != nullptr) return product(*a, *b);
    Cubic y = *a;
    for (std::size_t i = 0; i < 4; ++i) y[i] += (*b)[i];
    return y;
  }

  /// Takes a tree of products apart, down to operands that something else computes or reads.
  void collect(ValueId id, Factors& to, bool root) const {
    const Node* n = binary(id, Binary::Op::mul);
    if (const auto number = scalar(id))
      to.number *= *number;
    else if (n != nullptr && (root || uses.only_consumer(id) >= 0))
      collect(n->inputs[0], to, false), collect(n->inputs[1], to, false);
    else
      to.values.push_back(id);
  }

  /// scale * fn(p(x)) + 0.5 = number * gate, where the scale is 0.5 too.
  bool half_gate(ValueId id, double number, Act fn, ValueId x, const Cubic& want) const {
    const auto sum = with_number(id, Binary::Op::add);
    if (!sum || !compiler::about(number * sum->number, 0.5)) return false;
    ValueId inner = sum->value;
    if (const auto scaled = with_number(inner, Binary::Op::mul)) inner = scaled->value, number *= scaled->number;
    const ValueId inside = argument(inner, fn);
    const auto p = inside == kNoValue ? std::nullopt : polynomial(inside, x);
    return compiler::about(number, 0.5) && p && about(*p, want);
  }

  Found gelu(const Node& n) const {
    if (binary(n.output, Binary::Op::mul) == nullptr) return std::nullopt;
    Factors f;
    collect(n.output, f, true);
    const double slope = std::sqrt(0.5), tanh_slope = std::sqrt(2 / std::acos(-1.0));
    for (std::size_t side = 0; f.values.size() == 2 && side < 2; ++side) {
      const ValueId x = f.values[side], gate = f.values[1 - side];
      if (half_gate(gate, f.number, Act::erf, x, {0, slope, 0, 0})) return Known{Unary{{Act::gelu, 0, 0}}, x};
      if (half_gate(gate, f.number, Act::tanh, x, {0, tanh_slope, 0, tanh_slope * 0.044715}))
        return Known{Unary{{Act::gelu_tanh, 0, 0}}, x};
    }
    return std::nullopt;
  }

  /// x, when `id` is 1 + exp(-x).
  ValueId logistic_divisor(ValueId id) const {
    const auto sum = with_number(id, Binary::Op::add);
    const ValueId power = sum && sum->number == 1 ? argument(sum->value, Act::exp) : kNoValue;
    if (const ValueId x = argument(power, Act::neg); x != kNoValue) return x;
    const auto minus = with_number(power, Binary::Op::mul);
    return minus && minus->number == -1 ? minus->value : kNoValue;
  }
  ValueId sigmoid(ValueId id) const {
    if (const ValueId x = argument(id, Act::sigmoid); x != kNoValue) return x;
    if (const ValueId divisor = argument(id, Act::reciprocal); divisor != kNoValue) return logistic_divisor(divisor);
    const Node* n = binary(id, Binary::Op::div);
    return n != nullptr && scalar(n->inputs[0]) == 1.0f ? logistic_divisor(n->inputs[1]) : kNoValue;
  }
  bool hard_gate(ValueId id, ValueId x) const {
    const Node* h = writer<Unary>(id);
    if (h == nullptr || h->inputs[0] != x) return false;
    const Activation& a = as<Unary>(*h)->act;
    return a.fn == Act::hard_sigmoid && compiler::about(a.alpha, 1.0 / 6) && a.beta == 0.5f;
  }
  /// x * f(x) for the gate f on either side.
  Found gated(const Node& n) const {
    if (binary(n.output, Binary::Op::div) != nullptr && logistic_divisor(n.inputs[1]) == n.inputs[0])
      return Known{Unary{{Act::silu, 0, 0}}, n.inputs[0]};
    for (std::size_t side = 0; binary(n.output, Binary::Op::mul) != nullptr && side < 2; ++side) {
      const ValueId x = n.inputs[side], gate = n.inputs[1 - side];
      if (sigmoid(gate) == x) return Known{Unary{{Act::silu, 0, 0}}, x};
      if (hard_gate(gate, x)) return Known{Unary{{Act::hard_swish, 0, 0}}, x};
      const ValueId inside = argument(gate, Act::tanh);
      if (inside != kNoValue && argument(inside, Act::softplus) == x) return Known{Unary{{Act::mish, 0, 0}}, x};
    }
    return std::nullopt;
  }

  /// The reduction of `x` over one axis with the axis kept; gives the axis.
  std::optional<std::int64_t> reduced(ValueId id, Reduce::Op op, ValueId x) const {
    const Shape kept = shape(graph, id);
    if (const Node* r = writer<Reshape>(id)) id = r->inputs[0];
    const Node* n = writer<Reduce>(id);
    if (n == nullptr || as<Reduce>(*n)->op != op || n->inputs[0] != x || as<Reduce>(*n)->axes.size() != 1)
      return std::nullopt;
    const std::int64_t axis = as<Reduce>(*n)->axes[0];
    Shape want = shape(graph, x);
    if (axis < 0) return std::nullopt;
    want[static_cast<std::size_t>(axis)] = 1;
    return kept == want ? std::optional(axis) : std::nullopt;
  }
  Found softmax(const Node& n) const {
    const ValueId power = n.inputs[0];
    const ValueId inside = binary(n.output, Binary::Op::div) != nullptr ? argument(power, Act::exp) : kNoValue;
    const auto axis = inside == kNoValue ? std::nullopt : reduced(n.inputs[1], Reduce::Op::sum, power);
    if (!axis) return std::nullopt;
    const Node* minus = binary(inside, Binary::Op::sub);
    const bool safe = minus != nullptr && reduced(minus->inputs[1], Reduce::Op::max, minus->inputs[0]) == axis;
    return Known{Softmax{*axis}, safe ? minus->inputs[0] : inside};
  }
};

}  // namespace

bool RecogniseActivations::run(Graph& graph) {
  const Uses u = uses(graph);
  Removal removal(graph);
  const Matcher m{{graph, u}};
  bool changed = false;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& n = graph.nodes[i];
    if (as<Binary>(n) == nullptr) continue;
    Found found = m.gelu(n);
    if (!found) found = m.gated(n);
    if (!found) found = m.softmax(n);
    if (!found || shape(graph, found->x) != shape(graph, n.output)) continue;
    const std::vector<int> parts = cone(graph, u, static_cast<int>(i), {found->x});
    if (!closed(graph, u, parts, static_cast<int>(i))) continue;
    n.op = found->op;
    n.inputs = {found->x};
    absorb(graph, parts, n.name, removal);
    changed = true;
  }
  removal.apply(graph);
  return changed;
}

}  // namespace inf::compiler
