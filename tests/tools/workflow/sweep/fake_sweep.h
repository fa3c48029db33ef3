#pragma once
#include <string>
#include <vector>

#include "tests/tools/workflow/sweep/sweep_parts.h"
#include "tools/workflow/sweep/explore_walk.h"

namespace inf::workflow::sweep {

/// What a fake evaluator does with a case beside computing it, in the worker.
using Mischief = std::function<void(const std::string& key)>;

/// A sweep over two axes with two workloads, of which one depends on the first axis alone: points share its cases.
/// Latency and throughput are made up from the seed; rooflines and tile bounds are as far below them as real ones.
struct FakeSweep {
  explicit FakeSweep(unsigned seed, unsigned levels = 9);

  Sweep sweep;
  unsigned seed, levels;
  Mischief mischief = [](const std::string&) {};
  std::filesystem::path log;  ///< gets a line with the key of each case that is computed; empty: none

  SweepParts parts() const;
  /// All points in rounds of twelve; or two islands that look around the best point of theirs.
  std::unique_ptr<Strategy> grid() const;
  std::unique_ptr<Strategy> search() const;

  Results explore(Store& store, ExploreOptions options, Strategy& strategy) const;
  Results explore(Store& store, const ExploreOptions& options) const { return explore(store, options, *grid()); }
  Results replay(const Store& store, bool prune = true) const;
};

/// Everything that results say but how long it took.
std::string text_of(const Results& results);
/// Objectives of the points that no other dominates.
std::string front_of(const FakeSweep& fake, const Results& results);
std::vector<std::string> lines_of(const std::filesystem::path& file);

}  // namespace inf::workflow::sweep
