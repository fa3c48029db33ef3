#pragma once
#include <functional>

#include "tools/workflow/sweep/sweep_progress.h"
#include "tools/workflow/sweep/walk.h"

namespace inf::workflow::sweep {

/// explore() of a sweep that is made of these parts, less judge(). `tell` hears how far it is, often.
Results explore_walk(const Sweep& sweep, Strategy& strategy, const SweepParts& parts, Store& store,
                     const ExploreOptions& options, const std::function<void(const SweepProgress&)>& tell);

/// results_of(), less judge().
Results replay_walk(const Sweep& sweep, Strategy& strategy, const SweepParts& parts, const Store& store, bool prune);

}  // namespace inf::workflow::sweep
