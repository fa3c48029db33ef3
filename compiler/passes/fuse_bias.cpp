#include "compiler/passes/fuse_bias.h"

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

/// A constant that varies along the last axis of `y` alone.
bool row_vector(const Graph& graph, ValueId id, const Shape& y) {
  const Value& v = graph.value(id);
  return v.constant && !v.shape.empty() && v.shape.size() <= y.size() && v.shape.back() == y.back() &&
         elements(v.shape) == y.back();
}

}  // namespace

bool FuseBias::run(Graph& graph) {
  const Uses u = uses(graph);
  Removal removal(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& n = graph.nodes[i];
    const auto* add = as<Binary>(n);
    if (add == nullptr || add->op != Binary::Op::add || add->act.fn != Act::none) continue;
    const int p = u.producer_of(n.inputs[0]);
    if (p < 0 || u.only_consumer(n.inputs[0]) != static_cast<int>(i) ||
        !row_vector(graph, n.inputs[1], shape(graph, n.output)))
      continue;
    Node& product = graph.nodes[static_cast<std::size_t>(p)];
    auto* m = as<MatMul>(product);
    if (m == nullptr || m->has_bias || m->has_residual || m->act.fn != Act::none) continue;
    m->has_bias = true, m->beta = 1;
    set_input(product, kBiasSlot, n.inputs[1]);
    product.output = n.output;
    removal.mark(static_cast<int>(i));
    removal.fused(n.name, product.name);
  }
  removal.apply(graph);
  return removal.any();
}

}  // namespace inf::compiler
