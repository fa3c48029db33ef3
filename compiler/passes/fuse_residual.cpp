#include "compiler/passes/fuse_residual.h"

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/passes/rewrite.h"

namespace inf::compiler {
namespace {

bool takes_residual(const Node& n) {
  if (const auto* conv = as<Conv>(n)) return !conv->transposed && !conv->has_residual && conv->act.fn == Act::none;
  const auto* product = as<MatMul>(n);
  return product != nullptr && !product->has_residual && product->act.fn == Act::none;
}

/// Node that writes operand `slot` of the sum when it can take the other operand as its residual, else -1.
int candidate(const Graph& graph, const Uses& u, const Node& sum, std::size_t slot, int at) {
  const ValueId id = sum.inputs[slot], other = sum.inputs[1 - slot];
  const int p = u.producer_of(id);
  if (p < 0 || u.only_consumer(id) != at || id == other) return -1;
  if (!takes_residual(graph.nodes[static_cast<std::size_t>(p)])) return -1;
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
    Node product = graph.nodes[static_cast<std::size_t>(p)];
    (as<Conv>(product) ? as<Conv>(product)->has_residual : as<MatMul>(product)->has_residual) = true;
    *activation(product.op) = add->act;
    set_input(product, kResidualSlot, residual);
    product.output = sum.output;
    const std::string sum_name = sum.name;
    sum = std::move(product);
    removal.mark(p);
    removal.fused(sum_name, sum.name);
  }
  removal.apply(graph);
  return removal.any();
}

}  // namespace inf::compiler
