#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "tools/workflow/profile/profile.h"

namespace inf::workflow::page {

/// A piece of a time line's row. Ticks count from the start of the run.
struct Stretch {
  std::int64_t from = 0, to = 0;
  int op = -1;               ///< of the longest of its parts
  int who = 0, why = 0;      ///< engine and cause, of the longest of its parts; indices that the row explains
  std::int64_t longest = 0;  ///< of its parts
  std::int64_t busy = 0, bytes = 0;
  std::int64_t parts = 1;
  std::array<std::int64_t, sim::kStallReasons> stalls{};
};

/// Joins neighbours that lie within `resolution` ticks of each other's start, so that few remain.
std::vector<Stretch> coarsen(const std::vector<Stretch>& row, std::int64_t resolution);

/// The finest resolution, 0 or a power of two, at which all rows together have at most `most` stretches; the rows
/// become that coarse.
std::int64_t fit_rows(std::vector<std::vector<Stretch>>& rows, std::size_t most);

}  // namespace inf::workflow::page
