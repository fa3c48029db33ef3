#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler {

// What several passes do to a graph. Node indices stay valid: nodes are marked and removed in one go at the end.

/// Nodes to remove, by index.
class Removal {
 public:
  explicit Removal(const Graph& graph) : marked_(graph.nodes.size(), false) {}
  void mark(int node) { marked_[static_cast<std::size_t>(node)] = true, any_ = true; }
  bool marked(int node) const { return marked_[static_cast<std::size_t>(node)]; }
  bool any() const { return any_; }

  // For the ledger, when no node carries the name after `apply` (an ONNX node may stand for several graph nodes). Of
  // several calls for a name the last one counts.
  /// The ONNX node `from` is fused into `into`, and so is everything that was fused into `from`.
  void fused(const std::string& from, const std::string& into) { ledger_[from] = into; }
  /// `node` left nothing to run; what was fused into it is folded too.
  void folded(const std::string& node) { ledger_[node] = std::nullopt; }

  /// Erases the marked nodes (later nodes move up) and brings the ledger up to date.
  void apply(Graph& graph);

 private:
  void update(std::vector<LedgerEntry>& ledger) const;

  std::vector<bool> marked_;
  bool any_ = false;
  std::unordered_map<std::string, std::optional<std::string>> ledger_;  ///< where a name went; nullopt: folded
};

/// The ledger says that the ONNX node `from` is fused into `into`, and so is everything that was fused into `from`.
void mark_fused(Graph& graph, const std::string& from, const std::string& into);
/// The ledger says that `node` left nothing to run; what was fused into it is folded too.
void mark_folded(Graph& graph, const std::string& node);
/// Whether another graph node than `except` carries the name (an ONNX node may stand for several graph nodes).
bool name_in_use(const Graph& graph, const std::string& name, const Removal& removal);

/// Every reader of `from` reads `to`; graph outputs are left alone.
void replace_reads(Graph& graph, ValueId from, ValueId to);

/// Removes those of `parts` (ascending) whose results nothing reads any more and no graph output is; the ledger says
/// that they are fused into `into`. Parts that are needed elsewhere stay.
void absorb(Graph& graph, const std::vector<int>& parts, const std::string& into, Removal& removal);

/// Takes a node that only passes its input on out of the graph: its readers read the input. When its output is a graph
/// output the producer of the input writes that output instead, so that outputs keep their names. False when that is
/// impossible (the input is a graph input, a constant or another output).
bool bypass(Graph& graph, int node, ValueId input, Removal& removal);

}  // namespace inf::compiler
