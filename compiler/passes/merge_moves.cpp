#include "compiler/passes/merge_moves.h"

#include <algorithm>

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

using Axes = std::vector<std::int64_t>;

/// The node that writes input `slot` of `n`, when it is an `Op`.
template <class Op>
const Node* producer(const Graph& graph, const Uses& u, const Node& n, std::size_t slot) {
  const int p = u.producer_of(input(n, slot));
  if (p < 0) return nullptr;
  const Node& node = graph.nodes[static_cast<std::size_t>(p)];
  return as<Op>(node) ? &node : nullptr;
}

/// Axes of size 1 do not order elements: a permutation that keeps the others in order is a reshape.
bool only_moves_ones(const Transpose& t, const Shape& x) {
  Axes moved;
  for (const std::int64_t axis : t.perm)
    if (x[static_cast<std::size_t>(axis)] != 1) moved.push_back(axis);
  return std::is_sorted(moved.begin(), moved.end());
}

bool merge_reshape(const Graph& graph, const Uses& u, Node& n) {
  if (!as<Reshape>(n)) return false;
  const Node* before = producer<Reshape>(graph, u, n, 0);
  if (before == nullptr) return false;
  n.inputs[0] = before->inputs[0];
  return true;
}

bool merge_slice(const Graph& graph, const Uses& u, Node& n) {
  auto* s = as<Slice>(n);
  const Node* before = s == nullptr ? nullptr : producer<Slice>(graph, u, n, 0);
  if (before == nullptr) return false;
  const Slice& first = *as<Slice>(*before);
  for (std::size_t i = 0; i < s->start.size(); ++i) {
    s->start[i] = first.start[i] + s->start[i] * first.step[i];
    s->step[i] *= first.step[i];
  }
  n.inputs[0] = before->inputs[0];
  return true;
}

bool merge_transpose(const Graph& graph, const Uses& u, Node& n) {
  auto* t = as<Transpose>(n);
  if (t == nullptr) return false;
  bool changed = false;
  if (const Node* before = producer<Transpose>(graph, u, n, 0)) {
    for (std::int64_t& axis : t->perm) axis = as<Transpose>(*before)->perm[static_cast<std::size_t>(axis)];
    n.inputs[0] = before->inputs[0];
    changed = true;
  }
  if (only_moves_ones(*t, shape(graph, n.inputs[0]))) n.op = Reshape{}, changed = true;
  return changed;
}

bool swaps_last_two(const Transpose& t) {
  Axes want(t.perm.size());
  for (std::size_t i = 0; i < want.size(); ++i) want[i] = static_cast<std::int64_t>(i);
  if (want.size() < 2) return false;
  std::swap(want[want.size() - 1], want[want.size() - 2]);
  return t.perm == want;
}

bool merge_into_matmul(const Graph& graph, const Uses& u, Node& n) {
  auto* m = as<MatMul>(n);
  if (m == nullptr) return false;
  bool changed = false;
  for (std::size_t slot = 0; slot < 2; ++slot) {
    const Node* before = producer<Transpose>(graph, u, n, slot);
    if (before == nullptr || !swaps_last_two(*as<Transpose>(*before))) continue;
    bool& flag = slot == 0 ? m->transpose_a : m->transpose_b;
    flag = !flag;
    n.inputs[slot] = before->inputs[0];
    changed = true;
  }
  return changed;
}

bool pads_plane_with_zero(const Pad& p) {
  const auto none = [](const Axes& v) { return v[0] == 0 && v[1] == 0 && v[2] >= 0 && v[3] >= 0; };
  return p.mode == Pad::Mode::constant && p.value == 0 && p.before.size() == 4 && none(p.before) && none(p.after);
}

/// Zero padding in front of a convolution is the convolution's own padding.
bool merge_pad(const Graph& graph, const Uses& u, Node& n) {
  auto* c = as<Conv>(n);
  if (c == nullptr || c->transposed) return false;
  const Node* before = producer<Pad>(graph, u, n, 0);
  if (before == nullptr || !pads_plane_with_zero(*as<Pad>(*before))) return false;
  const Pad& p = *as<Pad>(*before);
  c->pads = {c->pads.top + p.before[2], c->pads.left + p.before[3], c->pads.bottom + p.after[2],
             c->pads.right + p.after[3]};
  n.inputs[0] = before->inputs[0];
  return true;
}

bool does_nothing(const Graph& graph, const Node& n) {
  if (input(n, 0) == kNoValue || shape(graph, n.inputs[0]) != shape(graph, n.output)) return false;
  const auto* t = as<Transpose>(n);
  return as<Reshape>(n) || (t != nullptr && std::is_sorted(t->perm.begin(), t->perm.end()));
}

/// Moves that merging has left without readers; a reader that is gone would still look like one.
void remove_unread(Graph& graph) {
  const Uses u = uses(graph);
  std::vector<int> readers(graph.values.size(), 0);
  for (std::size_t i = 0; i < readers.size(); ++i)
    readers[i] = static_cast<int>(u.consumers_of(static_cast<ValueId>(i)).size()) + (u.is_output[i] ? 1 : 0);
  Removal removal(graph);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& n = graph.nodes[i];
    if ((!as<Reshape>(n) && !as<Transpose>(n) && !as<Slice>(n) && !as<Pad>(n)) ||
        readers[static_cast<std::size_t>(n.output)] > 0)
      continue;
    removal.mark(static_cast<int>(i));
    --readers[static_cast<std::size_t>(n.inputs[0])];
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (removal.marked(static_cast<int>(i))) removal.folded(graph.nodes[i].name);
  removal.apply(graph);
}

}  // namespace

bool MergeMoves::run(Graph& graph) {
  // Producers come before readers and keep their outputs, so one snapshot serves the whole sweep.
  const Uses u = uses(graph);
  bool changed = false;
  for (Node& n : graph.nodes) {
    changed |= merge_transpose(graph, u, n);
    changed |= merge_reshape(graph, u, n);
    changed |= merge_slice(graph, u, n);
    changed |= merge_into_matmul(graph, u, n);
    changed |= merge_pad(graph, u, n);
  }
  Removal removal(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (does_nothing(graph, graph.nodes[i]))
      changed |= bypass(graph, static_cast<int>(i), graph.nodes[i].inputs[0], removal);
  removal.apply(graph);
  if (changed) remove_unread(graph);
  return changed;
}

}  // namespace inf::compiler
