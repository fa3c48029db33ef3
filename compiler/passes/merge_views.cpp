#include "compiler/passes/merge_views.h"

#include <algorithm>

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/ir/shape.h"
#include "compiler/passes/eliminate_dead.h"
#include "compiler/passes/fold_constants.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

template <class Op>
const Node* producer(const Graph& graph, const Uses& u, ValueId id) {
  const int p = u.producer_of(id);
  if (p < 0) return nullptr;
  const Node& node = graph.nodes[static_cast<std::size_t>(p)];
  return as<Op>(node) ? &node : nullptr;
}

bool slice_of_slice(const Graph& graph, const Uses& u, Node& n) {
  const Node* before = producer<Slice>(graph, u, n.inputs[0]);
  if (before == nullptr) return false;
  auto& s = *as<Slice>(n);
  const auto& first = *as<Slice>(*before);
  for (std::size_t i = 0; i < s.start.size(); ++i) {
    s.start[i] = first.start[i] + s.start[i] * first.step[i];
    s.step[i] *= first.step[i];
  }
  n.inputs[0] = before->inputs[0];
  return true;
}

/// The slice lies inside one part of a concatenation.
bool slice_of_part(const Graph& graph, const Uses& u, Node& n) {
  const Node* before = producer<Concat>(graph, u, n.inputs[0]);
  if (before == nullptr) return false;
  auto& s = *as<Slice>(n);
  const auto rank = static_cast<std::int64_t>(s.start.size());
  const std::int64_t counted = as<Concat>(*before)->axis;
  const auto axis = static_cast<std::size_t>(counted < 0 ? counted + rank : counted);
  const std::int64_t last = s.start[axis] + (shape(graph, n.output)[axis] - 1) * s.step[axis];
  const std::int64_t low = std::min(s.start[axis], last), high = std::max(s.start[axis], last);
  std::int64_t from = 0;
  for (const ValueId part : before->inputs) {
    const std::int64_t size = shape(graph, part)[axis];
    if (low >= from && high < from + size) {
      n.inputs[0] = part;
      s.start[axis] -= from;
      return true;
    }
    from += size;
  }
  return false;
}

bool concat_of_concat(const Graph& graph, const Uses& u, Node& n) {
  const auto rank = static_cast<std::int64_t>(shape(graph, n.output).size());
  const auto axis = [&](const Node& c) {
    const std::int64_t a = as<Concat>(c)->axis;
    return a < 0 ? a + rank : a;
  };
  std::vector<ValueId> parts;
  for (const ValueId id : n.inputs) {
    const Node* inner = producer<Concat>(graph, u, id);
    if (inner != nullptr && axis(*inner) == axis(n) && u.only_consumer(id) >= 0)
      parts.insert(parts.end(), inner->inputs.begin(), inner->inputs.end());
    else
      parts.push_back(id);
  }
  if (parts.size() == n.inputs.size()) return false;
  n.inputs = std::move(parts);
  return true;
}

/// Whether the reader gives the same shape when it reads `from` in `slot`.
bool broadcasts(const Graph& graph, const Node& n, std::size_t slot, ValueId from) {
  Shape y = shape(graph, from);
  for (std::size_t i = 0; i < n.inputs.size(); ++i)
    if (i != slot) y = broadcast(y, shape(graph, n.inputs[i]));
  return y == shape(graph, n.output);
}

bool leave_out_expand(const Graph& graph, const Uses& u, Node& n) {
  if (!as<Binary>(n) && !as<Where>(n)) return false;
  bool changed = false;
  for (std::size_t slot = 0; slot < n.inputs.size(); ++slot) {
    const Node* before = producer<Expand>(graph, u, n.inputs[slot]);
    if (before == nullptr || !broadcasts(graph, n, slot, before->inputs[0])) continue;
    n.inputs[slot] = before->inputs[0];
    changed = true;
  }
  return changed;
}

/// Booleans survive any cast. Integers become floats and back as they were, as far as fp32 holds them.
bool cast_of_cast(const Graph& graph, const Uses& u, Node& n) {
  const Node* before = producer<Cast>(graph, u, n.inputs[0]);
  if (before == nullptr) return false;
  const Element from = graph.value(before->inputs[0]).element, middle = as<Cast>(*before)->to, to = as<Cast>(n)->to;
  const bool exact = from == Element::boolean || (from == Element::i64 && middle == Element::f32);
  if (!exact && to != Element::boolean) return false;
  if (to == Element::boolean && from == Element::f32) return false;  // 0.5 is true, truncated it is not
  n.inputs[0] = before->inputs[0];
  return true;
}

bool merge(const Graph& graph, const Uses& u, Node& n) {
  bool changed = false;
  if (as<Slice>(n)) {
    while (slice_of_slice(graph, u, n) || slice_of_part(graph, u, n)) changed = true;
  }
  if (as<Concat>(n)) changed |= concat_of_concat(graph, u, n);
  if (as<Cast>(n)) changed |= cast_of_cast(graph, u, n);
  return leave_out_expand(graph, u, n) || changed;
}

/// A slice of everything, or a cast to the type that is there.
bool does_nothing(const Graph& graph, const Node& n) {
  if (const auto* c = as<Cast>(n)) return c->to == graph.value(n.inputs[0]).element;
  const auto* s = as<Slice>(n);
  return s != nullptr && shape(graph, n.inputs[0]) == shape(graph, n.output) &&
         std::all_of(s->step.begin(), s->step.end(), [](std::int64_t v) { return v == 1; });
}

/// One sweep over the nodes. Producers come before readers and keep their outputs, so one snapshot serves it.
bool sweep(Graph& graph) {
  const Uses u = uses(graph);
  bool changed = false;
  for (Node& n : graph.nodes) changed |= merge(graph, u, n);
  Removal removal(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (does_nothing(graph, graph.nodes[i]))
      changed |= bypass(graph, static_cast<int>(i), graph.nodes[i].inputs[0], removal);
  removal.apply(graph);
  return changed;
}

}  // namespace

bool MergeViews::run(Graph& graph) {
  bool changed = false;
  // What a sweep leaves unread still counts as a reader until it is gone.
  while (sweep(graph)) {
    EliminateDead::run(graph);
    FoldConstants::run(graph);
    changed = true;
  }
  return changed;
}

}  // namespace inf::compiler
