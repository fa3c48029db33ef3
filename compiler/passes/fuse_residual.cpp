#include "compiler/passes/fuse_residual.h"

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

/// Node that writes operand `slot` of the sum when it is a convolution that can take the other operand, else -1.
int candidate(const Graph& graph, const Uses& u, const Node& sum, std::size_t slot, int at) {
  const ValueId id = sum.inputs[slot], other = sum.inputs[1 - slot];
  const int p = u.producer_of(id);
  if (p < 0 || u.only_consumer(id) != at || id == other) return -1;
  const auto* conv = as<Conv>(graph.nodes[static_cast<std::size_t>(p)]);
  if (conv == nullptr || conv->transposed || conv->has_residual || conv->act.fn != Act::none) return -1;
  if (graph.value(other).constant || shape(graph, other) != shape(graph, id)) return -1;
  return p;
}

}  // namespace

bool FuseResidual::run(Graph& graph) {
  const Uses u = uses(graph);
  Removal removal(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& sum = graph.nodes[i];
    const auto* add = as<Binary>(sum);
    if (add == nullptr || add->op != Binary::Op::add) continue;
    const int at = static_cast<int>(i), left = candidate(graph, u, sum, 0, at), right = candidate(graph, u, sum, 1, at);
    const int p = std::max(left, right);
    if (p < 0) continue;
    const ValueId residual = sum.inputs[p == left ? 1 : 0];
    Node conv = graph.nodes[static_cast<std::size_t>(p)];
    as<Conv>(conv)->has_residual = true;
    as<Conv>(conv)->act = add->act;
    set_input(conv, kResidualSlot, residual);
    conv.output = sum.output;
    const std::string sum_name = sum.name;
    sum = std::move(conv);
    removal.mark(p);
    if (!name_in_use(graph, sum_name, removal)) mark_fused(graph, sum_name, sum.name);
  }
  removal.apply(graph);
  return removal.any();
}

}  // namespace inf::compiler
