#include "compiler/passes/rewrite.h"

#include <algorithm>

#include "compiler/ir/access.h"

namespace inf::compiler {

void Removal::apply(Graph& graph) const {
  std::size_t to = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (i < marked_.size() && marked_[i]) continue;
    if (to != i) graph.nodes[to] = std::move(graph.nodes[i]);
    ++to;
  }
  graph.nodes.resize(to);
}

void mark_fused(Graph& graph, const std::string& from, const std::string& into) {
  if (from == into) return;
  for (LedgerEntry& e : graph.ledger) {
    if (e.node != from && (e.fate != Fate::fused || e.into != from)) continue;
    e.fate = Fate::fused;
    e.into = into;
  }
}

void mark_folded(Graph& graph, const std::string& node) {
  for (LedgerEntry& e : graph.ledger) {
    if (e.node != node && (e.fate != Fate::fused || e.into != node)) continue;
    e.fate = Fate::folded;
    e.into.clear();
  }
}

bool name_in_use(const Graph& graph, const std::string& name, const Removal& removal) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (!removal.marked(static_cast<int>(i)) && graph.nodes[i].name == name) return true;
  return false;
}

void replace_reads(Graph& graph, ValueId from, ValueId to) {
  for (Node& n : graph.nodes) std::replace(n.inputs.begin(), n.inputs.end(), from, to);
}

bool bypass(Graph& graph, int node, ValueId from, Removal& removal) {
  Node& n = graph.nodes[static_cast<std::size_t>(node)];
  const ValueId to = n.output;
  const auto is_output = [&](ValueId id) {
    return std::find(graph.outputs.begin(), graph.outputs.end(), id) != graph.outputs.end();
  };
  if (is_output(to)) {
    const auto producer =
        std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const Node& p) { return p.output == from; });
    if (producer == graph.nodes.end() || is_output(from)) return false;
    removal.mark(node);
    replace_reads(graph, from, to);
    producer->output = to;
  } else {
    removal.mark(node);
    replace_reads(graph, to, from);
  }
  if (!name_in_use(graph, n.name, removal)) mark_folded(graph, n.name);
  return true;
}

}  // namespace inf::compiler
