#pragma once
#include <cstdint>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// Multiply-accumulates of a node: convolutions, matrix products and the two products of an attention, taps that fall
/// on padding included; a loop counts its body once per trip. 0 for everything else.
std::int64_t macs(const Graph& graph, const Node& node);
std::int64_t total_macs(const Graph& graph);

/// Elements a node reads at run time (each input once, constants left out), reads from constants, and writes.
/// Units: elements; multiply by the size of the type the compiler chooses.
struct Traffic {
  std::int64_t activations = 0, constants = 0, written = 0;
  friend bool operator==(const Traffic&, const Traffic&) = default;
};
Traffic traffic(const Graph& graph, const Node& node);

/// Bytes of a value at graph precision (fp32: 4, int64: 8, bool: 1).
std::int64_t bytes(const Value& value);

/// Writes the macs of each ledger entry: what the nodes that carry its name cost.
void fill_ledger_macs(Graph& graph);

}  // namespace inf::compiler
