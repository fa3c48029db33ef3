#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// A pass from graph to graph. `run` returns whether it changed anything; the graph it leaves verifies and computes the
/// same values (exactly, or within the rounding that its header states).
struct GraphPass {
  std::string_view name, description;
  bool (*run)(Graph&);
};

/// Every graph pass in the order the compiler runs them.
std::vector<GraphPass> graph_passes();

/// What to do around the passes. Both are optional.
struct GraphPassOptions {
  std::string_view stop_after;  ///< name of the last pass to run
  std::function<void(const GraphPass&, const Graph&, bool)>
      dump_after;  ///< called after each pass with whether it changed the graph
};

/// Runs all graph passes and then those over the bodies of loops, verifies after each one, and writes the ledger's macs
/// at the end. Errors: Error{internal} naming the pass that left a broken graph or that lied about having changed it;
/// Error{usage} when stop_after names no pass.
void run_graph_passes(Graph& graph, const GraphPassOptions& options = {});

}  // namespace inf::compiler
