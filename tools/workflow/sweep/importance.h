#pragma once
#include <vector>

#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {

/// True where all values are positive and the largest is more than ten times the smallest: then ratios count, and
/// shares and charts take logarithms.
bool spans_decades(const std::vector<double>& values);

/// For each parameter and objective the share of the variance that the means of the parameter's levels explain:
///   share = sum over levels of n_l (mean_l - mean)^2 / sum over rows of (y - mean)^2
/// with y the objective, or its logarithm where spans_decades. Over rows that are done.
///
/// On a whole grid this is the first-order effect exactly: shares add up to at most 1, and what is missing is what
/// parameters do together. On any other sample it is first-order as well, but biased: levels that were not combined
/// with the same others take part of their effects, and few rows for each level raise the share of any parameter,
/// to `chance` = (levels - 1) / (rows - 1) for one without effect. Neighbouring levels are joined until there are four
/// rows for each.
std::vector<Importance> importance(const Sweep& sweep, const std::vector<Row>& rows);

/// The values of a metric in rows that are done and have it.
std::vector<double> measured(const std::vector<Row>& rows, Metric metric);

}  // namespace inf::workflow::sweep
