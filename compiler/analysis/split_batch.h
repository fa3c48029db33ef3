#pragma once
#include <cstdint>
#include <optional>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// The graph for one of `parts` equal slices of the batch: the leading axis of every input and output is that much
/// shorter. Empty where a slice of the outputs does not depend on the same slice of the inputs alone, or where that
/// cannot be told: operators along the leading axis, loops, inputs of different batches.
/// Each operator then does for a slice, element by element, what it does for the whole.
std::optional<Graph> split_batch(const Graph& whole, std::int64_t parts);

}  // namespace inf::compiler
