#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/pipeline/pipeline.h"
#include "compiler/tiles/tile_program.h"

namespace inf::compiler {

/// Graph -> tiles: storage (what is written in place, what is an alias), tile shapes, packing, constants in the order
/// SBUF wants them. Updates `graph.ledger` for operators that need no work of their own. Errors: Error{unsupported}
/// naming the node and what would make it work.
struct Lowered {
  TileProgram program;
  std::vector<OpEstimate> estimates;  ///< parallel to program.ops
  /// First parameter column by width and bits of what lies in it: equal ones are kept once.
  std::map<std::vector<std::uint32_t>, int> param_columns;
  /// By value of the graph: kept in fp32 because it only moves on its way to an output.
  std::vector<bool> fp32;
  std::set<std::string> stored_edges;  ///< CompileOptions::stored_edges
  double plane_share = 1;              ///< of the room for planes, what is planned with
};
/// `weight_ring`: TileProgram::weight_ring.
Lowered lower(Graph& graph, const arch::ChipSpec& chip, const CompileOptions& options, std::int64_t weight_ring);

/// Gives every tensor its place in device memory: first fit over lifetimes, constants first.
void plan_memory(TileProgram& program);

}  // namespace inf::compiler
