#pragma once
#include <optional>
#include <vector>

#include "compiler/analysis/support.h"
#include "compiler/passes/partition.h"
#include "compiler/pipeline/pipeline.h"

namespace inf::compiler {

/// Where each node of a graph runs when the host takes what a chip cannot do.
struct Placement {
  std::vector<Place> places;                       ///< parallel to the graph's nodes
  std::vector<std::optional<Obstacle>> obstacles;  ///< parallel too: what keeps a node off the chip
  std::vector<Segment> segments;                   ///< in the order in which they run
};

/// Finds what of a graph that has been through the graph passes cannot run on a chip, and cuts it into segments.
/// Data movement between host operators follows them. The graph's ledger takes the fates: `fate` (host or refused) with
/// the reason for what is not on the chip, whatever was fused into it included.
/// `breaks`: what stands between values of the graph and is none of its nodes.
Placement place(Graph& graph, const arch::ChipSpec& chip, const CompileOptions& options, Fate fate,
                const std::vector<Break>& breaks = {});

/// May the host run what the chip cannot?
enum class HostOperators : std::uint8_t { forbid, allow };

/// A program, or a graph that the host runs.
struct CompiledSegment {
  Place place = Place::chip;
  Graph graph;          ///< the segment: its inputs and outputs are values of the whole model
  CompiledModel model;  ///< chip only
};

/// A model cut into programs and host graphs; one program where the chip can do everything.
struct PlacedModel {
  Graph graph;  ///< the whole, after the graph passes; its ledger has one entry per ONNX node
  std::vector<CompiledSegment> segments;
};

/// compile(), with what the chip cannot do placed on the host where that is allowed.
/// Errors: as compile(); without leave, a refusal names the option that gives it.
PlacedModel compile_placed(Graph graph, const arch::ChipSpec& chip, const CompileOptions& options, HostOperators host);

}  // namespace inf::compiler
