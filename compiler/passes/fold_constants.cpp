#include "compiler/passes/fold_constants.h"

#include <algorithm>

#include "compiler/analysis/interpret.h"
#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {

bool FoldConstants::run(Graph& graph) {
  Removal removal(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& n = graph.nodes[i];
    const auto known = [&](ValueId id) {
      return id == kNoValue || (constant(graph, id) != nullptr && graph.value(id).element == Element::f32);
    };
    if (!std::all_of(n.inputs.begin(), n.inputs.end(), known)) continue;
    if (std::find(graph.outputs.begin(), graph.outputs.end(), n.output) != graph.outputs.end()) continue;
    std::vector<const std::vector<float>*> operands;
    for (const ValueId id : n.inputs) operands.push_back(id == kNoValue ? nullptr : &constant(graph, id)->floats());
    Value& out = graph.value(n.output);
    out.constant = std::make_shared<const Constant>(Constant{out.shape, interpret_node(graph, n, operands)});
    removal.mark(static_cast<int>(i));
    if (!name_in_use(graph, n.name, removal)) mark_folded(graph, n.name);
  }
  removal.apply(graph);
  return removal.any();
}

}  // namespace inf::compiler
