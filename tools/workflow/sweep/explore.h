#pragma once
#include <optional>

#include "tools/workflow/progress.h"
#include "tools/workflow/sweep/results.h"
#include "tools/workflow/sweep/store.h"

namespace inf::workflow::sweep {

/// This process's part of a sweep that several machines share.
struct Shard {
  int index = 0, count = 1;  ///< index from 0
};

struct ExploreOptions {
  int jobs = 1;  ///< worker processes
  Shard shard;
  bool prune = true;
  bool retry = false;  ///< compute crashed and timed out points again
};

/// Visits the points of a sweep: what the store has is taken from there, the rest is computed and stored one by one.
Results explore(const Sweep& sweep, Store& store, const ExploreOptions& options, Progress& progress);

/// The same walk without computing: what a single uninterrupted run would say, from what the store has. Points that it
/// lacks are `missing`. Two stores with the same outcomes give the same results, however they came to them.
Results results_of(const Sweep& sweep, const Store& store, bool prune);

}  // namespace inf::workflow::sweep
