#include "compiler/pipeline/placement.h"

#include <map>

#include "compiler/passes/graph_passes.h"
#include "compiler/tiles/survey.h"

namespace inf::compiler {
namespace {

/// Takes over what a segment's lowering learnt about its nodes.
void merge_ledger(const Graph& segment, Graph& whole) {
  std::map<std::string, const LedgerEntry*> known;
  for (const LedgerEntry& entry : segment.ledger) known[entry.node] = &entry;
  for (LedgerEntry& entry : whole.ledger)
    if (const auto at = known.find(entry.node); at != known.end()) entry = *at->second;
}

/// One ONNX node may have become several nodes: the first obstacle speaks for all.
void note_obstacles(const Placement& placement, Fate fate, Graph& graph) {
  std::map<std::string, std::string> reasons;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (placement.obstacles[i]) reasons.emplace(graph.nodes[i].name, placement.obstacles[i]->why);
  for (LedgerEntry& entry : graph.ledger) {
    const auto own = reasons.find(entry.node);
    const auto survivor = entry.fate == Fate::fused ? reasons.find(entry.into) : reasons.end();
    if (own == reasons.end() && survivor == reasons.end()) continue;
    entry.fate = fate;
    entry.into = (own != reasons.end() ? own : survivor)->second;
  }
}

/// Adds the obstacles that a segment, surveyed alone, has, and says whether there are any.
bool add_obstacles(const Graph& segment, const std::vector<std::optional<Obstacle>>& found, const Graph& whole,
                   Placement& placement) {
  std::map<std::string, Obstacle> by_output;
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i]) by_output[segment.value(segment.nodes[i].output).name] = *found[i];
  for (std::size_t i = 0; i < whole.nodes.size(); ++i)
    if (const auto at = by_output.find(whole.value(whole.nodes[i].output).name); at != by_output.end())
      placement.obstacles[i] = at->second;
  return !by_output.empty();
}

void place_nodes(const Graph& graph, Placement& placement) {
  placement.places.assign(graph.nodes.size(), Place::chip);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (placement.obstacles[i]) placement.places[i] = Place::host;
  const std::vector<Place> before = placement.places;
  follow_to_host(graph, placement.places);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (placement.places[i] != before[i])
      placement.obstacles[i] = Obstacle{"moves data between operators on the host", ""};
}

}  // namespace

Placement place(Graph& graph, const arch::ChipSpec& chip, const CompileOptions& options, Fate fate,
                const std::vector<Break>& breaks) {
  Placement placement;
  Graph tried = graph;
  placement.obstacles = survey(tried, chip, options);
  // A segment's edges are tensors of their own, which may turn an operator that fitted into one that does not. What the
  // lowering learns about nodes that need no work goes into the ledger of the whole; the segments stay to be compiled.
  std::vector<Graph> surveyed;
  for (bool again = true; again;) {
    again = false;
    surveyed.clear();
    place_nodes(graph, placement);
    placement.segments = partition(graph, placement.places, breaks);
    for (const Segment& segment : placement.segments) {
      surveyed.push_back(segment.graph);
      if (segment.place == Place::chip)
        again = add_obstacles(segment.graph, survey(surveyed.back(), chip, options), graph, placement) || again;
    }
  }
  for (const Graph& segment : surveyed) merge_ledger(segment, graph);
  note_obstacles(placement, fate, graph);
  return placement;
}

PlacedModel compile_placed(Graph graph, const arch::ChipSpec& chip, const CompileOptions& options, HostOperators host) {
  PlacedModel placed;
  const auto whole = [&] {
    CompiledSegment all;
    all.graph = graph;
    all.model = compile(std::move(graph), chip, options);
    placed.graph = all.model.graph;
    placed.segments.push_back(std::move(all));
  };
  if (host == HostOperators::forbid) return whole(), std::move(placed);
  placed.graph = graph;
  run_graph_passes(placed.graph);
  Placement placement = place(placed.graph, chip, options, Fate::host);
  const bool all_on_chip =
      std::none_of(placement.places.begin(), placement.places.end(), [](Place place) { return place == Place::host; });
  if (all_on_chip) return whole(), std::move(placed);
  for (Segment& segment : placement.segments) {
    CompiledSegment compiled;
    compiled.place = segment.place;
    if (segment.place == Place::chip) compiled.model = compile(segment.graph, chip, options);
    compiled.graph = std::move(segment.graph);
    placed.segments.push_back(std::move(compiled));
  }
  return placed;
}

}  // namespace inf::compiler
