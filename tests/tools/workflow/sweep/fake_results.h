#pragma once
#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep::fake {

/// A sweep and what became of it, made of formulas: a chip that gets faster with its array, its memory and its queues.
/// Some points are infeasible, some discarded by bounds, few crash, time out or are missing.
struct Fake {
  Sweep sweep;
  Results results;  ///< judged
};

/// Points are drawn from the grid of six parameters, always the same ones.
Fake sampled(std::size_t points, std::vector<Metric> objectives);

/// The same with a second workload, which takes three times as long and weighs half.
Fake with_second_workload(Fake fake);

/// A whole grid of the given axes, each with its numbers as levels, and done everywhere with what `metrics` says.
Fake grid(std::vector<Axis> axes, std::vector<Metric> objectives,
          Metrics (*metrics)(const std::vector<double>& values));

Axis axis(const std::string& key, const std::string& unit, const std::vector<double>& values);
/// A row that is done.
Row row(std::size_t number, Point point, const Metrics& metrics);

}  // namespace inf::workflow::sweep::fake
