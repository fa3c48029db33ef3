#include "compiler/passes/fuse_activation.h"

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {

bool FuseActivation::run(Graph& graph) {
  const Uses u = uses(graph);
  Removal removal(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& n = graph.nodes[i];
    const auto* unary = as<Unary>(n);
    if (unary == nullptr || graph.value(n.output).element != Element::f32) continue;
    const int p = u.producer_of(n.inputs[0]);
    if (p < 0 || u.only_consumer(n.inputs[0]) != static_cast<int>(i)) continue;
    Node& before = graph.nodes[static_cast<std::size_t>(p)];
    Activation* act = activation(before.op);
    if (act == nullptr || as<Unary>(before) || act->fn != Act::none) continue;
    *act = unary->act;
    before.output = n.output;
    removal.mark(static_cast<int>(i));
    removal.fused(n.name, before.name);
  }
  removal.apply(graph);
  return removal.any();
}

}  // namespace inf::compiler
