#include "compiler/passes/rewrite.h"

#include <algorithm>

#include "compiler/ir/access.h"

namespace inf::compiler {

void Removal::update(std::vector<LedgerEntry>& ledger) const {
  for (LedgerEntry& e : ledger) {
    auto at = ledger_.find(e.node);
    if (at == ledger_.end() && e.fate == Fate::fused) at = ledger_.find(e.into);
    // What one node went into may have gone on itself.
    for (std::size_t step = 0; at != ledger_.end() && step <= ledger_.size(); ++step) {
      e.fate = at->second ? Fate::fused : Fate::folded;
      e.into = at->second.value_or("");
      at = at->second && *at->second != at->first ? ledger_.find(*at->second) : ledger_.end();
    }
  }
}

void Removal::apply(Graph& graph) {
  std::size_t to = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (i < marked_.size() && marked_[i]) continue;
    if (to != i) graph.nodes[to] = std::move(graph.nodes[i]);
    ++to;
  }
  graph.nodes.resize(to);
  if (ledger_.empty()) return;
  for (const Node& n : graph.nodes) ledger_.erase(n.name);
  update(graph.ledger);
  ledger_.clear();
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

void absorb(Graph& graph, const std::vector<int>& parts, const std::string& into, Removal& removal) {
  std::vector<int> readers(graph.values.size(), 0);
  const auto count = [&](const Node& n, int step) {
    for (const ValueId id : n.inputs)
      if (id != kNoValue) readers[static_cast<std::size_t>(id)] += step;
  };
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (!removal.marked(static_cast<int>(i))) count(graph.nodes[i], 1);
  for (const ValueId id : graph.outputs) ++readers[static_cast<std::size_t>(id)];
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const Node& n = graph.nodes[static_cast<std::size_t>(*part)];
    if (removal.marked(*part) || readers[static_cast<std::size_t>(n.output)] > 0) continue;
    removal.mark(*part);
    count(n, -1);
    if (n.name != into) removal.fused(n.name, into);
  }
}

bool bypass(Graph& graph, int node, ValueId from, Removal& removal) {
  Node& n = graph.nodes[static_cast<std::size_t>(node)];
  const ValueId to = n.output;
  const auto is_output = [&](ValueId id) {
    return std::find(graph.outputs.begin(), graph.outputs.end(), id) != graph.outputs.end();
  };
  if (is_output(to)) {
    ValueId* written = nullptr;
    for (Node& p : graph.nodes) {
      if (p.output == from) written = &p.output;
      for (ValueId& id : p.more)
        if (id == from) written = &id;
    }
    if (written == nullptr || is_output(from)) return false;
    removal.mark(node);
    replace_reads(graph, from, to);
    *written = to;
  } else {
    removal.mark(node);
    replace_reads(graph, to, from);
  }
  removal.folded(n.name);
  return true;
}

}  // namespace inf::compiler
