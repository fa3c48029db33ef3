#pragma once
#include "compiler/streams/emission.h"

namespace inf::compiler {

/// Where one tile of a line operator lies in SBUF. Units: bytes from the start of a partition; x is [piece][width] in
/// x's type.
struct LinePlace {
  std::int64_t x = 0, y = 0, work = 0, state = 0;
  std::int64_t before = 0;  ///< running: the buffer that holds the sums of the piece before
  int partitions = 1;
  std::int64_t width = 1, count = 1;  ///< inner positions, positions of the axis
  std::int64_t first = 0;             ///< position of the axis at which the tile starts
  std::int64_t count_before = 0;      ///< running: positions of the piece before
  bool begins = true, ends = true;    ///< first and last tile of its lines, in the order in which they are made
};

/// The instructions of one tile; returns when its results are complete and nothing is read any more.
Horizon compute_line(Emission& e, const LineTile& t, const LinePlace& p, const Horizon& after);

}  // namespace inf::compiler
