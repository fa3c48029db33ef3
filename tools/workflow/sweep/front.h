#pragma once
#include <cstddef>
#include <vector>

namespace inf::workflow::sweep {

/// The points that no other dominates; of equal ones all. `values` holds a list for each point, less is better.
/// Returns indices by the first value, then the second and so on; equal points in their order.
std::vector<std::size_t> pareto_front(const std::vector<std::vector<double>>& values);

}  // namespace inf::workflow::sweep
