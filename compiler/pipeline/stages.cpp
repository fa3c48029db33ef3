#include "compiler/pipeline/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "compiler/analysis/uses.h"
#include "compiler/ir/access.h"
#include "compiler/passes/graph_passes.h"
#include "compiler/passes/partition.h"
#include "compiler/passes/plain_loops.h"
#include "compiler/pipeline/stage_cut.h"
#include "compiler/streams/constant_layout.h"
#include "compiler/streams/plan_sbuf.h"
#include "compiler/tiles/estimate.h"
#include "compiler/tiles/lower.h"
#include "isa/base/shortage.h"

namespace inf::compiler {
namespace {

/// Nodes of a graph in the order in which they run, as the units of a cut.
struct Units {
  std::vector<CutUnit> units;
  std::vector<std::size_t> first;  ///< node that each begins with
};

/// Bytes of all values between nodes [.., i] and those behind, by i. Inputs of the model come from the caller wherever
/// they are read.
std::vector<std::int64_t> crossing_bytes(const Graph& graph, const Lowered& lowered) {
  std::vector<std::int64_t> bytes(graph.nodes.size(), 0);
  const std::vector<Lifetime> lives = lifetimes(graph);
  const Uses use = uses(graph);
  for (std::size_t v = 0; v < graph.values.size(); ++v) {
    const auto id = static_cast<ValueId>(v);
    const std::span<const int> readers = use.consumers_of(id);
    if (lives[v].first < 0 || readers.empty()) continue;
    const std::int64_t size =
        elements(graph.values[v].shape) * (graph.values[v].element == Element::f32 && !lowered.fp32[v]
                                               ? size_of(lowered.program.storage)
                                           : graph.values[v].element == Element::boolean ? 1
                                                                                         : 4);
    for (int i = lives[v].first; i < readers.back(); ++i) bytes[static_cast<std::size_t>(i)] += size;
  }
  return bytes;
}

/// What each node costs: the estimates of the tiles that its name is on.
std::vector<CutUnit> node_costs(const Graph& graph, const Lowered& lowered, const arch::ChipSpec& chip) {
  std::map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) by_name.try_emplace(graph.nodes[i].name, i);
  std::vector<CutUnit> costs(graph.nodes.size());
  for (std::size_t op = 0; op < lowered.program.ops.size(); ++op) {
    const TileOp& tile = lowered.program.ops[op];
    const auto at = by_name.find(tile.name);
    if (at == by_name.end()) continue;  // copies of outputs
    CutUnit& cost = costs[at->second];
    OpEstimate e = lowered.estimates[op];
    const double streamed = total_ns(e);
    for (const ConstantLayout& layout : constant_layouts(lowered.program, tile.tile, chip)) {
      const TileTensor& t = lowered.program.tensor(layout.tensor);
      const double bytes = static_cast<double>(elements(t.shape) * size_of(t.dtype));
      e.dma_ns = std::max(0.0, e.dma_ns - dma_ns(chip, bytes));
      cost.weights += layout.bytes;
    }
    cost.resident_ns += total_ns(e);
    cost.stream_ns += streamed - total_ns(e);
  }
  const std::vector<std::int64_t> crossing = crossing_bytes(graph, lowered);
  for (std::size_t i = 0; i < costs.size(); ++i) costs[i].crossing = crossing[i];
  return costs;
}

/// Nodes that cost nothing stay with the one before: a stage has work to do.
Units units_of(const std::vector<CutUnit>& costs) {
  Units all;
  bool works = false;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const bool costs_time = costs[i].resident_ns + costs[i].stream_ns > 0;
    if (all.units.empty() || (works && costs_time)) {
      all.units.push_back({});
      all.first.push_back(i);
      works = false;
    }
    CutUnit& unit = all.units.back();
    unit.resident_ns += costs[i].resident_ns;
    unit.stream_ns += costs[i].stream_ns;
    unit.weights += costs[i].weights;
    unit.crossing = costs[i].crossing;
    works = works || costs_time;
  }
  return all;
}

/// Names of float values that one stage hands to another as one program would hold them: not those that one program
/// keeps in fp32 on their way to an output.
std::set<std::string> stored_edges(const Graph& graph, const std::vector<Graph>& parts, const Lowered& lowered) {
  std::set<std::string> given, asked;
  for (const ValueId id : graph.inputs) given.insert(graph.value(id).name);
  for (const ValueId id : graph.outputs) given.insert(graph.value(id).name);
  for (std::size_t v = 0; v < graph.values.size(); ++v)
    if (lowered.fp32[v]) given.insert(graph.values[v].name);
  for (const Graph& part : parts)
    for (const ValueId id : part.inputs)
      if (!given.contains(part.value(id).name)) asked.insert(part.value(id).name);
  return asked;
}

std::vector<std::string> node_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes)
    if (names.empty() || names.back() != node.name) names.push_back(node.name);
  return names;
}

[[noreturn]] void refuse_count(const Graph& graph, std::size_t count, std::size_t most) {
  throw Error(ErrorKind::usage, graph.name,
              fmt::format("cannot be cut into {} stages: it has {} operators that do work", count, most),
              {fmt::format("use at most {} cores for it, or data-parallel copies", most)});
}

/// What the whole model as one program would leave for weights beside a ring.
StageRoom room_of(const Lowered& lowered, const arch::ChipSpec& chip) {
  TileProgram program = lowered.program;
  const std::int64_t spare = plan_sbuf(program, chip).spare;
  return {std::clamp<std::int64_t>(spare, 0, chip.sbuf_usable() - 2 * kResidentBytes),
          1 / (chip.dma.bytes_per_ns * chip.dma.engines)};
}

/// Takes off what the host runs; the rest must be one piece.
Graph chip_part(StagedModel& staged, const arch::ChipSpec& chip, const CompileOptions& options) {
  std::vector<Segment> segments = place(staged.graph, chip, options, Fate::host).segments;
  const auto on_chip = [](const Segment& segment) { return segment.place == Place::chip; };
  const auto pieces = std::count_if(segments.begin(), segments.end(), on_chip);
  if (pieces != 1)
    throw Error(
        ErrorKind::unsupported, staged.graph.name,
        fmt::format("its operators for the chip are {} pieces, with operators on the host between them", pieces),
        {"stages need one piece: run it with data-parallel copies, or on a chip that has the operators"});
  const auto chip_at = std::find_if(segments.begin(), segments.end(), on_chip);
  for (auto s = segments.begin(); s != segments.end(); ++s)
    if (s != chip_at) (s < chip_at ? staged.before : staged.after).push_back(std::move(s->graph));
  return std::move(chip_at->graph);
}

/// Compiles the parts of a graph that was cut.
std::vector<Stage> compile_parts(const std::vector<Graph>& parts, const arch::ChipSpec& chip,
                                 const CompileOptions& options) {
  std::vector<Stage> stages;
  for (std::size_t s = 0; s < parts.size(); ++s) {
    Stage stage;
    stage.nodes = node_names(parts[s]);
    try {
      stage.model = compile(parts[s], chip, options);
    } catch (const Error& error) {
      rethrow(error, fmt::format("stage {} of {}: {}", s + 1, parts.size(), error.where()), error.notes());
    }
    stages.push_back(std::move(stage));
  }
  return stages;
}

}  // namespace

StagedModel compile_stages(Graph graph, const arch::ChipSpec& chip, const CompileOptions& options, std::size_t count,
                           HostOperators host) {
  StagedModel staged;
  staged.graph = std::move(graph);
  if (!chip.sequencer.loops) unroll_loops(staged.graph);
  run_graph_passes(staged.graph);
  staged.chip = host == HostOperators::allow ? chip_part(staged, chip, options) : staged.graph;
  const Graph& whole = staged.chip;
  Graph tried = whole;  // what lowering learns about nodes that need no work is for the ledger of the whole alone
  const Lowered lowered = lower(tried, chip, options, weight_ring_bytes(chip));
  if (host == HostOperators::forbid) staged.graph.ledger = tried.ledger;
  const Units all = units_of(node_costs(whole, lowered, chip));
  if (count < 1 || count > all.units.size()) refuse_count(whole, count, all.units.size());
  const StageRoom room = room_of(lowered, chip);
  const std::vector<std::size_t> firsts = cut_units(all.units, count, room);

  std::vector<int> stage_of(whole.nodes.size(), 0);
  for (std::size_t s = 1; s < count; ++s)
    for (std::size_t node = all.first[firsts[s]]; node < stage_of.size(); ++node) stage_of[node] = static_cast<int>(s);
  const std::vector<Graph> parts = split(whole, stage_of);
  CompileOptions own = options;
  own.stored_edges = stored_edges(whole, parts, lowered);
  staged.stages = compile_parts(parts, chip, own);
  for (std::size_t s = 0; s < count; ++s)
    staged.stages[s].predicted_ns =
        stage_ns(all.units, firsts[s], s + 1 < count ? firsts[s + 1] : all.units.size(), room);
  return staged;
}

}  // namespace inf::compiler
