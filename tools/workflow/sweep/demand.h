#pragma once
#include <cstdint>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::workflow::sweep {

/// For each value of a graph, how many of its elements are computed or read for certain. The compiler runs every
/// operator that is left after the graph passes as a whole, but for matrix products, of which it makes the columns that
/// somebody reads, and views (slices, reshapes, transpositions), which need not be made at all. 0 where nothing is
/// sure.
std::vector<std::int64_t> demand(const compiler::Graph& graph);

/// Positions of an axis that windows read, and window elements that fall on positions of the axis (not on padding),
/// over all windows.
struct AxisCover {
  std::int64_t touched = 0;  ///< different positions
  std::int64_t taps = 0;     ///< of all windows together
  std::int64_t kernel = 0;   ///< elements of the window that fall on the axis in some window
};

/// `size` positions, `windows` of them `stride` apart, the first starting `pad` before position 0.
AxisCover cover(std::int64_t size, std::int64_t windows, std::int64_t kernel, std::int64_t stride,
                std::int64_t dilation, std::int64_t pad);
/// Of a convolution: both axes. A transposed one spreads each input position over a window of the output, of which
/// `touched` then counts the input's positions that reach the output.
struct ConvCover {
  AxisCover vertical, horizontal;
};
ConvCover cover(const compiler::Conv& conv, const compiler::Shape& x, const compiler::Shape& weights,
                const compiler::Shape& y);

}  // namespace inf::workflow::sweep
