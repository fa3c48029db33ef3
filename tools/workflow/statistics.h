#pragma once
#include <span>
#include <vector>

namespace inf::workflow {

/// The middle value, or the mean of the two in the middle; 0 of none.
double median(std::vector<double> values);

/// Spearman's rank correlation, equal values sharing the mean of their ranks; 0 where either side does not vary.
/// Shapes: as many of one as of the other.
double rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace inf::workflow
