#pragma once
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// Where a node runs.
enum class Place : std::uint8_t { chip, host };
const char* name(Place place);

/// A stretch of a graph that runs in one place without a break: a graph of its own. Its inputs are inputs of the whole
/// or outputs of earlier segments, its outputs are outputs of the whole or inputs of later segments, all under the
/// names they have in the whole. Its ledger holds the entries of its nodes and of what was fused into them.
struct Segment {
  Place place = Place::chip;
  Graph graph;
  std::size_t breaks = 0;  ///< host only: how many breaks fall into it
};

/// Something between values that is no node of the graph: what nobody here can run. Its writes are graph inputs; it
/// separates segments as a host node would.
struct Break {
  std::vector<ValueId> reads, writes;
};

// before, places chip host chip            after
//   input %x                                 segment 0, chip: input %x, output %a
//   %a: f32[8] = unary(%x) act=relu            %a: f32[8] = unary(%x) act=relu
//   %b: f32[8] = gather(%t, %i)              segment 1, host: input %i, output %b
//   %c: f32[8] = binary(%a, %b) op=add         %b: f32[8] = gather(%t, %i)
//   output %c                                segment 2, chip: input %a, input %b, output %c

/// Cuts a graph into segments that run one after the other, as few as its dependencies allow: each node goes into the
/// first segment of its place in which everything that it reads is there. `places` is parallel to graph.nodes.
std::vector<Segment> partition(const Graph& graph, const std::vector<Place>& places,
                               const std::vector<Break>& breaks = {});

/// The graph of each level's nodes, as a segment's: level 0 first, none of them empty. `level` is parallel to
/// graph.nodes; a node reads nothing of a higher level.
std::vector<Graph> split(const Graph& graph, const std::vector<int>& level);

/// Moves to the host what would only carry data between the host and the host: nodes that compute nothing, read nothing
/// but what host nodes or the caller give, and are read by host nodes alone. Returns how many it moved.
int follow_to_host(const Graph& graph, std::vector<Place>& places);

}  // namespace inf::compiler
