#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace inf::compiler {

/// Nodes that stay together when a model is cut into stages, and what they cost one core. Units: ns; bytes.
struct CutUnit {
  double resident_ns = 0;     ///< when its weights are in SBUF
  double stream_ns = 0;       ///< what loading its weights in each call adds to that
  std::int64_t weights = 0;   ///< of each partition of SBUF
  std::int64_t crossing = 0;  ///< of all values that a cut behind it would hand on
};

/// What a core offers to a stage.
struct StageRoom {
  std::int64_t weights = 0;         ///< bytes of each partition of SBUF that may hold weights
  double crossing_ns_per_byte = 0;  ///< what a stage pays for values that it reads from or hands to another
};

/// Time of a stage of units [first, end): weights that find no room are loaded in each call.
double stage_ns(const std::vector<CutUnit>& units, std::size_t first, std::size_t end, const StageRoom& room);

/// First unit of each of `stages` runs of units, such that the largest stage_ns is least, among those the bytes
/// that cross cuts, and then how uneven stages are. At least one and at most units.size() stages. Dynamic programming
/// over the units in their order.
std::vector<std::size_t> cut_units(const std::vector<CutUnit>& units, std::size_t stages, const StageRoom& room);

}  // namespace inf::compiler
