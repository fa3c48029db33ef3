#include "compiler/passes/fold_constants.h"

#include <set>

#include "compiler/analysis/fold.h"
#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {

bool FoldConstants::run(Graph& graph) {
  Removal removal(graph);
  const std::set<ValueId> outputs(graph.outputs.begin(), graph.outputs.end());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& n = graph.nodes[i];
    if (outputs.contains(n.output)) continue;
    Value& out = graph.value(n.output);
    auto known = folded(graph, n, out.shape, out.element);
    if (known == nullptr) continue;
    out.constant = std::move(known);
    removal.mark(static_cast<int>(i));
    removal.folded(n.name);
  }
  removal.apply(graph);
  return removal.any();
}

}  // namespace inf::compiler
