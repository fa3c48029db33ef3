#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::workflow {

/// Made-up values for an input of a graph: normally distributed floats; integers spread evenly over the rows that every
/// gather and scatter which they reach has; ones for other integers and booleans, as in a mask that hides nothing.
std::vector<float> random_input(const compiler::Graph& graph, compiler::ValueId input, std::uint64_t seed);

/// What they are, in words: "normally distributed values", "uniform indices 0 to 49", "ones".
std::string random_input_words(const compiler::Graph& graph, compiler::ValueId input);

}  // namespace inf::workflow
