#include "compiler/passes/graph_passes.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/analysis/cost.h"
#include "compiler/passes/canonicalise.h"
#include "compiler/passes/eliminate_dead.h"
#include "compiler/passes/fold_affine.h"
#include "compiler/passes/fold_batch_norm.h"
#include "compiler/passes/fold_constants.h"
#include "compiler/passes/fuse_activation.h"
#include "compiler/passes/fuse_bias.h"
#include "compiler/passes/fuse_residual.h"
#include "compiler/passes/merge_moves.h"
#include "compiler/passes/recognise_activations.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace {

template <class Pass>
constexpr GraphPass pass() {
  return {Pass::name, Pass::description, Pass::run};
}

/// Identity of the data behind each constant: a pass that swaps weights without a change of structure has changed the
/// graph too.
std::vector<const Constant*> data_of(const Graph& graph) {
  std::vector<const Constant*> list;
  for (const Value& v : graph.values) list.push_back(v.constant.get());
  return list;
}

}  // namespace

std::vector<GraphPass> graph_passes() {
  return {
      pass<FoldConstants>(),         // first: later passes ask which operands are constants
      pass<Canonicalise>(),          // one spelling per meaning, so that each pattern below is matched once
      pass<MergeMoves>(),            // so that the patterns below see producer next to consumer
      pass<RecogniseActivations>(),  // before the folds and fusions that take their parts away
      pass<FoldBatchNorm>(),         // before any fusion: no scale can follow the activation of a convolution
      pass<FoldAffine>(),            // after batch norms, so that what stands behind one folds too
      pass<FuseBias>(),              // after fold_affine: what is left to add to rows is a bias of several axes
      pass<FuseResidual>(),          // before fuse_activation: what follows the sum is the convolution's then
      pass<FuseActivation>(),        // last of the fusions: it takes whatever now ends in an activation
      pass<EliminateDead>(),         // last: what the others left unread goes
  };
}

void run_graph_passes(Graph& graph, const GraphPassOptions& options) {
  const std::vector<GraphPass> passes = graph_passes();
  const auto named = [&](const GraphPass& p) { return p.name == options.stop_after; };
  if (!options.stop_after.empty() && std::none_of(passes.begin(), passes.end(), named)) {
    std::vector<std::string> names;
    for (const GraphPass& p : passes) names.emplace_back(p.name);
    throw Error(ErrorKind::usage, "", fmt::format("no graph pass is named '{}'", options.stop_after),
                {fmt::format("passes: {}", fmt::join(names, ", "))});
  }
  std::string before = print(graph);
  std::vector<const Constant*> data = data_of(graph);
  for (const GraphPass& p : passes) {
    const bool changed = p.run(graph);
    verify(graph, std::string(p.name));
    std::string after = print(graph);
    std::vector<const Constant*> data_after = data_of(graph);
    if (changed != (after != before || data_after != data))
      throw Error(ErrorKind::internal, fmt::format("pass {}", p.name),
                  changed ? "says it changed the graph and did not" : "changed the graph and does not say so");
    before = std::move(after), data = std::move(data_after);
    if (options.dump_after) options.dump_after(p, graph, changed);
    if (named(p)) break;
  }
  fill_ledger_macs(graph);
}

}  // namespace inf::compiler
