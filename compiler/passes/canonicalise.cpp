#include "compiler/passes/canonicalise.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

constexpr float kMost = std::numeric_limits<float>::max();

bool all_equal(const Constant* c, float v) {
  return c != nullptr && std::all_of(c->floats().begin(), c->floats().end(), [&](float f) { return f == v; });
}

/// Replaces a constant operand by f of it.
template <class F>
void map_constant(Graph& graph, Node& n, std::size_t slot, const char* suffix, F f) {
  const Value& v = graph.value(n.inputs[slot]);
  std::vector<float> data = v.constant->floats();
  std::transform(data.begin(), data.end(), data.begin(), f);
  n.inputs[slot] = add_constant(graph, v.name + suffix, v.shape, std::move(data));
}

bool normal_inverse(const Constant& c) {
  return std::all_of(c.floats().begin(), c.floats().end(),
                     [](float v) { return std::isnormal(v) && std::isnormal(1.0f / v); });
}

bool commutes(Binary::Op op) {
  using enum Binary::Op;
  switch (op) {
    case add:
    case mul:
    case max:
    case min:
    case equal:
    case logic_and:
    case logic_or:
    case logic_xor: return true;
    case sub:
    case div:
    case pow:
    case less:
    case less_equal:
    case greater:
    case greater_equal: return false;
  }
  return false;
}

bool rewrite_binary(Graph& graph, Node& n) {
  auto& b = *as<Binary>(n);
  bool changed = false;
  if (commutes(b.op) && graph.value(n.inputs[0]).constant && !graph.value(n.inputs[1]).constant)
    std::swap(n.inputs[0], n.inputs[1]), changed = true;
  if (b.op == Binary::Op::mul && n.inputs[0] == n.inputs[1] && b.act.fn == Act::none) {
    n.op = Unary{{Act::square, 0, 0}};
    n.inputs.resize(1);
    return true;
  }
  const Constant* c = float_constant(graph, n.inputs[1]);
  if (c == nullptr) return changed;
  if (b.op == Binary::Op::sub) {
    map_constant(graph, n, 1, ".neg", [](float v) { return -v; });
    b.op = Binary::Op::add;
    return true;
  }
  if (b.op == Binary::Op::div && normal_inverse(*c)) {
    map_constant(graph, n, 1, ".inverse", [](float v) { return 1.0f / v; });
    b.op = Binary::Op::mul;
    return true;
  }
  if (b.act.fn != Act::none || shape(graph, n.inputs[0]) != shape(graph, n.output)) return changed;
  if (b.op == Binary::Op::max && all_equal(c, 0))
    n.op = Unary{{Act::relu, 0, 0}};
  else if (b.op == Binary::Op::pow && all_equal(c, 2))
    n.op = Unary{{Act::square, 0, 0}};
  else if (b.op == Binary::Op::pow && all_equal(c, 0.5f))
    n.op = Unary{{Act::sqrt, 0, 0}};
  else
    return changed;
  n.inputs.resize(1);
  return true;
}

bool rewrite_activation(Node& n) {
  Activation* act = activation(n.op);
  if (act == nullptr || act->fn != Act::clip || act->beta < kMost || act->alpha != 0) return false;
  *act = {Act::relu, 0, 0};
  return true;
}

/// PyTorch's half pixels differ from ONNX's on axes of one output position alone.
bool rewrite_resize(const Graph& graph, Node& n) {
  auto* r = as<Resize>(n);
  const Shape& y = shape(graph, n.output);
  if (r == nullptr || r->coordinates != Resize::Coordinates::pytorch_half_pixel || y[2] == 1 || y[3] == 1) return false;
  r->coordinates = Resize::Coordinates::half_pixel;
  return true;
}

bool count_axes_from_front(const Graph& graph, Node& n) {
  if (input(n, 0) == kNoValue) return false;
  const auto rank = static_cast<std::int64_t>(shape(graph, n.inputs[0]).size());
  bool changed = false;
  const auto fix = [&](std::int64_t& axis) {
    if (axis < 0) axis += rank, changed = true;
  };
  if (auto* c = as<Concat>(n)) fix(c->axis);
  if (auto* s = as<Softmax>(n)) fix(s->axis);
  if (auto* g = as<Gather>(n)) fix(g->axis);
  if (auto* a = as<ArgMax>(n)) fix(a->axis);
  if (auto* c = as<CumSum>(n)) fix(c->axis);
  if (auto* r = as<Reduce>(n)) {
    std::for_each(r->axes.begin(), r->axes.end(), fix);
    if (!std::is_sorted(r->axes.begin(), r->axes.end())) std::sort(r->axes.begin(), r->axes.end()), changed = true;
  }
  return changed;
}

/// A reduction over both spatial axes as a pooling window over the whole plane. The new node goes before `n` when the
/// axes vanish.
bool reduce_to_pool(Graph& graph, Node& n, std::vector<Node>& nodes) {
  const auto* r = as<Reduce>(n);
  if (r == nullptr || (r->op != Reduce::Op::mean && r->op != Reduce::Op::max)) return false;
  const Shape& x = shape(graph, n.inputs[0]);
  if (x.size() != 4 || graph.value(n.output).element != Element::f32 || r->axes != std::vector<std::int64_t>{2, 3})
    return false;
  Pool pool;
  pool.kind = r->op == Reduce::Op::mean ? Pool::Kind::average : Pool::Kind::max;
  pool.kernel = {x[2], x[3]};
  if (r->keep_dims) return n.op = pool, true;
  const Shape pooled = {x[0], x[1], 1, 1};
  const ValueId middle =
      graph.add({unique_value_name(graph, graph.value(n.output).name + ".pool"), Element::f32, pooled, nullptr});
  nodes.push_back({pool, {n.inputs[0]}, middle, n.name});
  n.op = Reshape{}, n.inputs = {middle};
  return true;
}

/// x to the power 3 as x * x * x: exact for negative x, where a power by logarithms is not. The square goes before `n`.
bool cube(Graph& graph, Node& n, std::vector<Node>& nodes) {
  const auto* b = as<Binary>(n);
  if (b == nullptr || b->op != Binary::Op::pow || !all_equal(float_constant(graph, n.inputs[1]), 3) ||
      shape(graph, n.inputs[0]) != shape(graph, n.output))
    return false;
  const ValueId x = n.inputs[0];
  const ValueId square = graph.add(
      {unique_value_name(graph, graph.value(n.output).name + ".square"), Element::f32, shape(graph, x), nullptr});
  nodes.push_back({Unary{{Act::square, 0, 0}}, {x}, square, n.name});
  as<Binary>(n)->op = Binary::Op::mul;
  n.inputs = {square, x};
  return true;
}

bool no_pads(const Pads& p) { return p == Pads{}; }

bool passes_on(const Pool& p) { return p.kernel == Pair{1, 1} && p.stride == Pair{1, 1} && no_pads(p.pads); }
bool passes_on(const Resize& r) { return r.scale[0] == 1 && r.scale[1] == 1; }
bool passes_on(const Unary& u) {
  return u.act.fn == Act::none || (u.act.fn == Act::clip && u.act.alpha <= -kMost && u.act.beta >= kMost);
}
bool passes_on(const Reshape&) { return true; }
bool passes_on(const Expand&) { return true; }
bool passes_on(const Transpose& t) { return std::is_sorted(t.perm.begin(), t.perm.end()); }
bool passes_on(const Slice& s) {
  return std::all_of(s.step.begin(), s.step.end(), [](std::int64_t v) { return v == 1; });
}
bool passes_on(const Pad& p) {
  const auto zero = [](std::int64_t v) { return v == 0; };
  return std::all_of(p.before.begin(), p.before.end(), zero) && std::all_of(p.after.begin(), p.after.end(), zero);
}
template <class Op>
bool passes_on(const Op&) {
  return false;
}

/// Whether the node gives its first input unchanged: it keeps the shape, and its operator then moves and computes
/// nothing.
bool does_nothing(const Graph& graph, const Node& n) {
  if (input(n, 0) == kNoValue || shape(graph, n.inputs[0]) != shape(graph, n.output)) return false;
  if (const auto* c = as<Cast>(n)) return c->to == graph.value(n.inputs[0]).element;
  if (as<Concat>(n)) return n.inputs.size() == 1;
  if (const auto* b = as<Binary>(n)) {
    const Constant* c = float_constant(graph, n.inputs[1]);
    return b->act.fn == Act::none &&
           ((b->op == Binary::Op::add && all_equal(c, 0)) || (b->op == Binary::Op::mul && all_equal(c, 1)) ||
            (b->op == Binary::Op::pow && all_equal(c, 1)));
  }
  return std::visit([](const auto& op) { return passes_on(op); }, n.op);
}

}  // namespace

bool Canonicalise::run(Graph& graph) {
  bool changed = false;
  std::vector<Node> nodes;
  for (Node& n : graph.nodes) {
    changed |= count_axes_from_front(graph, n);
    changed |= reduce_to_pool(graph, n, nodes);
    changed |= cube(graph, n, nodes);
    if (as<Binary>(n)) changed |= rewrite_binary(graph, n);
    changed |= rewrite_activation(n);
    changed |= rewrite_resize(graph, n);
    nodes.push_back(std::move(n));
  }
  graph.nodes = std::move(nodes);
  Removal removal(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (does_nothing(graph, graph.nodes[i]))
      changed |= bypass(graph, static_cast<int>(i), graph.nodes[i].inputs[0], removal);
  removal.apply(graph);
  return changed;
}

}  // namespace inf::compiler
