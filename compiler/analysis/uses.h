#pragma once
#include <span>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// Who writes and who reads each value, by index into Graph::nodes. A snapshot: any edit of the graph makes it stale.
struct Uses {
  std::vector<int> producer;  ///< -1 for inputs and constants
  std::vector<bool> is_output;

  int producer_of(ValueId id) const { return id == kNoValue ? -1 : producer[static_cast<std::size_t>(id)]; }
  /// Ascending; a node that reads a value twice is listed twice.
  std::span<const int> consumers_of(ValueId id) const {
    const auto at = static_cast<std::size_t>(id);
    return {readers_.data() + first_[at], readers_.data() + first_[at + 1]};
  }
  /// The one node that reads the value, -1 when several do, none does, or the value is a graph output.
  int only_consumer(ValueId id) const;

 private:
  friend Uses uses(const Graph& graph);
  std::vector<int> readers_;  ///< of all values, one after the other
  std::vector<int> first_;    ///< by value: where its readers start
};
Uses uses(const Graph& graph);

/// First and last node index between which a value must be held; graph inputs start at -1, graph outputs end at
/// nodes.size(). Constants and unused values have first = last = -1.
struct Lifetime {
  int first = -1, last = -1;
  friend bool operator==(const Lifetime&, const Lifetime&) = default;
};
std::vector<Lifetime> lifetimes(const Graph& graph);

}  // namespace inf::compiler
