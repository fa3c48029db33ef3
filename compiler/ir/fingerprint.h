#pragma once
#include <cstdint>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// A hash of all that the text form of a graph shows (constants by shape): equal graphs have equal ones within a run of
/// the program, and a pass that changed anything changes it. Many times cheaper than the text.
std::uint64_t fingerprint(const Graph& graph);

}  // namespace inf::compiler
