#include "compiler/passes/eliminate_dead.h"

#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

/// Erases the values that are not live and renumbers the others.
void compact(Graph& graph, const std::vector<bool>& live) {
  std::vector<ValueId> moved(graph.values.size(), kNoValue);
  std::vector<Value> values;
  for (std::size_t i = 0; i < live.size(); ++i) {
    if (!live[i]) continue;
    moved[i] = static_cast<ValueId>(values.size());
    values.push_back(std::move(graph.values[i]));
  }
  graph.values = std::move(values);
  const auto renumber = [&](ValueId& id) {
    if (id != kNoValue) id = moved[static_cast<std::size_t>(id)];
  };
  for (Node& n : graph.nodes) {
    renumber(n.output);
    for (ValueId& id : n.more) renumber(id);
    for (ValueId& id : n.inputs) renumber(id);
  }
  for (ValueId& id : graph.inputs) renumber(id);
  for (ValueId& id : graph.outputs) renumber(id);
}

}  // namespace

bool EliminateDead::run(Graph& graph) {
  std::vector<bool> live(graph.values.size(), false);
  const auto keep = [&](ValueId id) {
    if (id != kNoValue) live[static_cast<std::size_t>(id)] = true;
  };
  for (const ValueId id : graph.inputs) keep(id);
  for (const ValueId id : graph.outputs) keep(id);
  Removal removal(graph);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& n = graph.nodes[i];
    bool needed = false;
    each_output(n, [&](ValueId id) { needed = needed || live[static_cast<std::size_t>(id)]; });
    if (!needed) {
      removal.mark(static_cast<int>(i));
      continue;
    }
    each_output(n, keep);
    for (const ValueId id : n.inputs) keep(id);
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (removal.marked(static_cast<int>(i))) removal.folded(graph.nodes[i].name);
  removal.apply(graph);
  std::size_t kept = 0;
  for (const bool l : live) kept += l;
  const bool fewer_values = kept != graph.values.size();
  if (fewer_values) compact(graph, live);
  return removal.any() || fewer_values;
}

}  // namespace inf::compiler
