#pragma once
#include <utility>
#include <vector>

#include "compiler/tiles/tile_program.h"

namespace inf::compiler {

/// One axis of a resize as runs of outputs with equal weights and evenly spaced sources.
std::vector<BlendRun> blend_runs(const Resize& r, int axis, std::int64_t in, std::int64_t out);
/// The part of `run` whose outputs lie in [lo, hi).
BlendRun clip(const BlendRun& run, int lo, int hi);
/// Whether every fold of the band that starts at output row `row` blends as the first one does, relative to its own
/// rows.
bool folds_alike(const ResizeTile& t, int row);
/// Input rows [low, high) that output rows [first, last) need.
std::pair<int, int> resize_source(const ResizeTile& t, int first, int last);
/// Most input rows of any band of t.rows output rows out of `height`.
int resize_input_rows(const ResizeTile& t, int height);
/// Whether one instruction reaches the rows that a run of blends reads and writes in a band of t.rows output rows.
bool resize_in_reach(const ResizeTile& t, std::int64_t x_width, std::int64_t y_width);

}  // namespace inf::compiler
