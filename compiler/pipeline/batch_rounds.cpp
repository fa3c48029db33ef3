#include "compiler/pipeline/batch_rounds.h"

#include "compiler/analysis/split_batch.h"
#include "compiler/streams/plan_sbuf.h"
#include "compiler/tiles/estimate.h"
#include "compiler/tiles/rounds.h"

namespace inf::compiler {

std::int64_t best_rounds(const Graph& graph, const TileProgram& whole, const arch::ChipSpec& chip,
                         const CompileOptions& options) {
  std::int64_t best = 1;
  if (!whole.planes.empty() || !spills(whole) || graph.inputs.empty() ||
      graph.value(graph.inputs.front()).shape.empty())
    return best;
  const std::int64_t batch = graph.value(graph.inputs.front()).shape[0];
  std::int64_t least = streamed_bytes(whole);
  for (std::int64_t rounds = 2; rounds <= batch; ++rounds) {
    if (batch % rounds != 0) continue;
    std::optional<Graph> part = split_batch(graph, rounds);
    if (!part) return best;
    TileProgram planned = lower(*part, chip, options, weight_ring_bytes(chip)).program;
    plan_sbuf(planned, chip);
    const std::int64_t bytes = rounds * streamed_bytes(planned);
    if (bytes < least) best = rounds, least = bytes;
    if (!spills(planned)) break;  // more rounds stream the weights more often for nothing
  }
  return best;
}

Lowered lower_in_rounds(Graph& graph, std::int64_t rounds, const arch::ChipSpec& chip, const CompileOptions& options,
                        std::int64_t weight_ring) {
  if (rounds == 1) return lower(graph, chip, options, weight_ring);
  std::optional<Graph> part = split_batch(graph, rounds);
  return in_rounds(lower(*part, chip, options, weight_ring), rounds);
}

}  // namespace inf::compiler
