#include "compiler/passes/fold_affine.h"

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"
#include "compiler/passes/weights.h"

namespace inf::compiler {
namespace {

/// The node as y = x * scale + shift per channel; empty when it is none.
std::optional<Affine> affine_of(const Graph& graph, const Node& n) {
  const auto* b = as<Binary>(n);
  if (b == nullptr || b->act.fn != Act::none || (b->op != Binary::Op::add && b->op != Binary::Op::mul))
    return std::nullopt;
  if (shape(graph, n.inputs[0]) != shape(graph, n.output)) return std::nullopt;
  const auto values = per_channel(graph, n.inputs[1], shape(graph, n.output));
  if (!values) return std::nullopt;
  if (b->op == Binary::Op::mul) return Affine{*values, std::vector<double>(values->size(), 0.0)};
  return Affine{std::vector<double>(values->size(), 1.0), *values};
}

}  // namespace

bool FoldAffine::run(Graph& graph) {
  Uses u = uses(graph);
  Removal removal(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& n = graph.nodes[i];
    const auto affine = affine_of(graph, n);
    if (!affine) continue;
    const int p = u.producer_of(n.inputs[0]);
    if (p < 0 || u.only_consumer(n.inputs[0]) != static_cast<int>(i) ||
        !takes_affine(graph, graph.nodes[static_cast<std::size_t>(p)]))
      continue;
    Node& before = graph.nodes[static_cast<std::size_t>(p)];
    apply_affine(graph, before, *affine);
    before.output = n.output;
    u.producer[static_cast<std::size_t>(n.output)] = p;  // the next factor of a chain folds as well
    removal.mark(static_cast<int>(i));
    removal.fused(n.name, before.name);
  }
  removal.apply(graph);
  return removal.any();
}

}  // namespace inf::compiler
