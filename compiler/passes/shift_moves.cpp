#include "compiler/passes/shift_moves.h"

#include <algorithm>

#include "compiler/passes/pattern.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

bool is_move(const Node& n) { return as<Reshape>(n) || as<Transpose>(n) || as<Slice>(n) || as<Expand>(n); }

struct Shifter : Pattern {
  const Node& node(int at) const { return graph.nodes[static_cast<std::size_t>(at)]; }
  bool constant_vector(ValueId id, std::int64_t width) const {
    const Value& v = graph.value(id);
    return v.constant && v.element == Element::f32 && !v.shape.empty() && v.shape.back() == width &&
           elements(v.shape) == width;
  }
  /// A reshape or transpose that leaves the last axis as it is.
  bool moves_leading_axes(const Node& n) const {
    if (const auto* t = as<Transpose>(n))
      return !t->perm.empty() && t->perm.back() == static_cast<std::int64_t>(t->perm.size()) - 1;
    if (!as<Reshape>(n)) return false;
    const Shape &x = shape(graph, n.inputs[0]), &y = shape(graph, n.output);
    return x.size() > 1 && y.size() > 1 && x.back() == y.back();
  }
  /// A product with one constant matrix or a sum with a constant vector: each position of the leading axes by itself.
  bool works_on_rows(const Node& n, std::size_t rank) const {
    if (shape(graph, n.output).empty()) return false;
    const std::int64_t width = shape(graph, n.output).back();
    if (const auto* m = as<MatMul>(n)) {
      const ValueId bias = input(n, kBiasSlot);
      return !m->transpose_a && !m->has_residual && graph.value(n.inputs[1]).constant &&
             shape(graph, n.inputs[1]).size() == 2 &&
             (bias == kNoValue || (constant_vector(bias, width) && shape(graph, bias).size() <= rank));
    }
    const auto* b = as<Binary>(n);
    return b != nullptr && b->op == Binary::Op::add && shape(graph, n.inputs[0]) == shape(graph, n.output) &&
           constant_vector(n.inputs[1], width) && shape(graph, n.inputs[1]).size() <= rank;
  }
  /// Any product but one with a constant matrix.
  bool of_two_tensors(const Node& n) const {
    return as<MatMul>(n) && (!graph.value(n.inputs[1]).constant || shape(graph, n.inputs[1]).size() > 2);
  }
  /// Whether a value comes, over moves and work on rows, from a product of two run-time tensors.
  bool comes_from_product(ValueId id) const {
    const int p = uses.producer_of(id);
    if (p < 0) return false;
    const Node& n = node(p);
    return of_two_tensors(n) || ((is_move(n) || works_on_rows(n, 99)) && comes_from_product(n.inputs[0]));
  }
  /// Whether all that reads a value is, over moves, work on rows and scaling by a number, a product of two tensors.
  bool goes_to_products(ValueId id) const {
    const std::span<const int> readers = uses.consumers_of(id);
    return !readers.empty() && !uses.is_output[static_cast<std::size_t>(id)] &&
           std::all_of(readers.begin(), readers.end(), [&](int reader) {
             const Node& n = node(reader);
             if (of_two_tensors(n)) return true;
             const bool passes = is_move(n) || works_on_rows(n, 99) || with_number(n.output, Binary::Op::mul);
             return passes && goes_to_products(n.output);
           });
  }
  /// The move in front of `n` that may go behind it.
  int sinkable(const Node& n) const {
    const int p = uses.producer_of(input(n, 0));
    if (p < 0 || !moves_leading_axes(node(p)) || !works_on_rows(n, shape(graph, node(p).inputs[0]).size())) return -1;
    return goes_to_products(n.output) && !comes_from_product(n.inputs[0]) ? p : -1;
  }
  /// The move behind `n` that may go in front of it.
  int liftable(const Node& n) const {
    const int reader = uses.only_consumer(n.output);
    if (reader < 0 || !moves_leading_axes(node(reader))) return -1;
    return works_on_rows(n, shape(graph, node(reader).output).size()) && comes_from_product(n.inputs[0]) ? reader : -1;
  }
};

ValueId new_value(Graph& graph, ValueId like, const Shape& lead_of, std::int64_t width) {
  Shape s = lead_of;
  s.back() = width;
  return graph.add({unique_value_name(graph, graph.value(like).name + ".moved"), Element::f32, std::move(s), nullptr});
}

/// Shifts of one round: no node takes part in two of them, so that one snapshot serves all.
class Round {
 public:
  Round(Graph& graph, const Uses& u)
      : graph_(graph), uses_(u), before_(graph.nodes.size()), after_(graph.nodes.size()), taken_(graph.nodes.size()) {}

  bool free(int a, int b) const { return !taken_[static_cast<std::size_t>(a)] && !taken_[static_cast<std::size_t>(b)]; }
  /// move, work -> work, move. The first move stays when something else reads it.
  void sink(int move, int work) {
    const Node& old = take(move);
    Node& n = take(work);
    const ValueId y = n.output;
    n.inputs[0] = old.inputs[0];
    n.output = new_value(graph_, y, shape(graph_, old.inputs[0]), shape(graph_, y).back());
    after_[static_cast<std::size_t>(work)] = Node{old.op, {n.output}, y, old.name};
    if (uses_.only_consumer(old.output) == work) gone_.push_back(move);
  }
  /// work, move -> move, work.
  void lift(int work, int move) {
    const Node& old = take(move);
    Node& n = take(work);
    const ValueId x = n.inputs[0];
    n.inputs[0] = new_value(graph_, x, shape(graph_, old.output), shape(graph_, x).back());
    n.output = old.output;
    before_[static_cast<std::size_t>(work)] = Node{old.op, {x}, n.inputs[0], old.name};
    gone_.push_back(move);
  }
  /// Whether anything was shifted.
  bool apply() {
    std::vector<Node> nodes;
    std::sort(gone_.begin(), gone_.end());
    bool any = false;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      any = any || taken_[i];
      if (std::binary_search(gone_.begin(), gone_.end(), static_cast<int>(i))) continue;
      if (before_[i]) nodes.push_back(std::move(*before_[i]));
      nodes.push_back(std::move(graph_.nodes[i]));
      if (after_[i]) nodes.push_back(std::move(*after_[i]));
    }
    graph_.nodes = std::move(nodes);
    return any;
  }

 private:
  Node& take(int at) {
    taken_[static_cast<std::size_t>(at)] = true;
    return graph_.nodes[static_cast<std::size_t>(at)];
  }

  Graph& graph_;
  const Uses& uses_;
  std::vector<std::optional<Node>> before_, after_;
  std::vector<bool> taken_;
  std::vector<int> gone_;
};

bool shift_round(Graph& graph) {
  const Uses u = uses(graph);
  const Shifter s{{graph, u}};
  struct Shift {
    int work, move;
    bool lifts;
  };
  std::vector<Shift> found;
  for (int i = 0; i < static_cast<int>(graph.nodes.size()); ++i) {
    const Node& n = graph.nodes[static_cast<std::size_t>(i)];
    if (!as<MatMul>(n) && !as<Binary>(n)) continue;
    if (const int move = s.liftable(n); move >= 0)
      found.push_back({i, move, true});
    else if (const int other = s.sinkable(n); other >= 0)
      found.push_back({i, other, false});
  }
  Round round(graph, u);
  for (const Shift& f : found) {
    if (!round.free(f.work, f.move)) continue;
    if (f.lifts)
      round.lift(f.work, f.move);
    else
      round.sink(f.move, f.work);
  }
  return round.apply();
}

}  // namespace

bool ShiftMoves::run(Graph& graph) {
  bool changed = false;
  while (shift_round(graph)) changed = true;
  return changed;
}

}  // namespace inf::compiler
