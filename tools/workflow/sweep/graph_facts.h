#pragma once
#include <cstdint>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::workflow::sweep {

/// Products of one shape: every matrix product, convolution and attention comes down to elements of one operand times
/// elements of the other, summed over `depth`.
struct Product {
  std::int64_t macs = 0;   ///< taps on padding and results that nobody reads left out
  std::int64_t depth = 0;  ///< products that are added up to one result, at most: partitions that a result can use
  std::int64_t per_weight = 0, per_input = 0;  ///< products that one element of either operand takes part in, at most
  friend bool operator==(const Product&, const Product&) = default;
};

/// Work that no compilation of a graph can avoid.
struct GraphWork {
  std::vector<Product> products;     ///< one for each shape
  std::int64_t results = 0;          ///< elements that leave PSUM
  std::int64_t weight_elements = 0;  ///< constants of products, each once
};

/// What of a graph decides how fast a chip can be at best. Made once for a graph and used for every chip.
struct GraphFacts {
  GraphWork certain;  ///< of every call
  GraphWork rounds;   ///< of rounds of loops that data may end early; timing alone runs them all
  std::int64_t input_bytes = 0, output_bytes = 0;  ///< that the chip reads and writes for certain, as it stores them
  std::int64_t copied_bytes = 0;                   ///< inputs and outputs as a whole, as the host copies them
  bool passes_inputs_on = false;  ///< a part of an output may be a part of an input, moved and not computed
};

/// The facts of a graph after the graph passes, as the compiler is to lower it: with its loops unrolled for a chip that
/// has none. What a matrix product makes that nobody reads does
/// not count.
GraphFacts graph_facts(const compiler::Graph& graph);

}  // namespace inf::workflow::sweep
