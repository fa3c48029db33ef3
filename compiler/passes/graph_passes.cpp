#include "compiler/passes/graph_passes.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/analysis/cost.h"
#include "compiler/ir/access.h"
#include "compiler/ir/fingerprint.h"
#include "compiler/passes/canonicalise.h"
#include "compiler/passes/eliminate_dead.h"
#include "compiler/passes/fold_affine.h"
#include "compiler/passes/fold_batch_norm.h"
#include "compiler/passes/fold_constants.h"
#include "compiler/passes/fuse_activation.h"
#include "compiler/passes/fuse_attention.h"
#include "compiler/passes/fuse_bias.h"
#include "compiler/passes/fuse_layer_norm.h"
#include "compiler/passes/fuse_residual.h"
#include "compiler/passes/merge_equal.h"
#include "compiler/passes/merge_moves.h"
#include "compiler/passes/merge_views.h"
#include "compiler/passes/plain_loops.h"
#include "compiler/passes/recognise_activations.h"
#include "compiler/passes/shift_moves.h"
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
      pass<PlainLoops>(),            // loops first: their bodies then go through the same passes
      pass<FoldConstants>(),         // before the others: later passes ask which operands are constants
      pass<Canonicalise>(),          // one spelling per meaning, so that each pattern below is matched once
      pass<MergeEqual>(),            // after canonicalise: equal nodes are spelled alike
      pass<ShiftMoves>(),            // before merge_moves, which merges what it brings together
      pass<MergeMoves>(),            // so that the patterns below see producer next to consumer
      pass<MergeViews>(),            // after the moves between a slice and what it cuts are gone
      pass<RecogniseActivations>(),  // before the folds and fusions that take their parts away
      pass<FuseLayerNorm>(),         // before fold_affine, which would take its scale for one of a matrix product
      pass<FuseAttention>(),         // after recognise_activations, which finds softmaxes; before the folds, as above
      pass<FoldBatchNorm>(),         // before any fusion: no scale can follow the activation of a convolution
      pass<FoldAffine>(),            // after batch norms, so that what stands behind one folds too
      pass<FuseBias>(),              // after fold_affine: what is left to add to rows is a bias of several axes
      pass<FuseResidual>(),          // before fuse_activation: what follows the sum is the convolution's then
      pass<FuseActivation>(),        // last of the fusions: it takes whatever now ends in an activation
      pass<EliminateDead>(),         // last: what the others left unread goes
  };
}

namespace {

/// Bodies of loops are graphs as well.
void run_on_bodies(Graph& graph, std::string_view stop_after) {
  for (Node& n : graph.nodes)
    if (Loop* loop = as<Loop>(n)) {
      Graph body = *loop->body;
      run_graph_passes(body, {stop_after, {}});
      loop->body = std::make_shared<const Graph>(std::move(body));
    }
}

}  // namespace

void run_graph_passes(Graph& graph, const GraphPassOptions& options) {
  const std::vector<GraphPass> passes = graph_passes();
  const auto named = [&](const GraphPass& p) { return p.name == options.stop_after; };
  if (!options.stop_after.empty() && std::none_of(passes.begin(), passes.end(), named)) {
    std::vector<std::string> names;
    for (const GraphPass& p : passes) names.emplace_back(p.name);
    throw Error(ErrorKind::usage, "", fmt::format("no graph pass is named '{}'", options.stop_after),
                {fmt::format("passes: {}", fmt::join(names, ", "))});
  }
  std::uint64_t before = fingerprint(graph);
  std::vector<const Constant*> data = data_of(graph);
  for (const GraphPass& p : passes) {
    const bool changed = p.run(graph);
    verify(graph, std::string(p.name));
    const std::uint64_t after = fingerprint(graph);
    std::vector<const Constant*> data_after = data_of(graph);
    if (changed != (after != before || data_after != data))
      throw Error(ErrorKind::internal, fmt::format("pass {}", p.name),
                  changed ? "says it changed the graph and did not" : "changed the graph and does not say so");
    before = after, data = std::move(data_after);
    if (options.dump_after) options.dump_after(p, graph, changed);
    if (named(p)) break;
  }
  run_on_bodies(graph, options.stop_after);
  fill_ledger_macs(graph);
}

}  // namespace inf::compiler
