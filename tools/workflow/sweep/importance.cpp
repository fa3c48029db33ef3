#include "tools/workflow/sweep/importance.h"

#include <algorithm>
#include <cmath>

namespace inf::workflow::sweep {
namespace {

constexpr double kDecade = 10;
constexpr std::size_t kRowsPerLevel = 4;
constexpr double kRounding = 1e-12;  // shares below it are what sums of doubles leave behind

struct Sample {
  std::vector<const Row*> rows;
  std::vector<double> values;
};

Sample sample_of(const std::vector<Row>& rows, Metric metric) {
  Sample sample;
  for (const Row& row : rows)
    if (row.outcome.status == Status::done && std::isfinite(row.outcome.metrics[metric])) {
      sample.rows.push_back(&row);
      sample.values.push_back(row.outcome.metrics[metric]);
    }
  if (spans_decades(sample.values))
    for (double& v : sample.values) v = std::log(v);
  return sample;
}

/// Levels of an axis that occur, in their order.
std::vector<std::uint32_t> levels_of(const Sample& sample, std::size_t axis) {
  std::vector<std::uint32_t> levels;
  for (const Row* row : sample.rows) levels.push_back(row->point[axis]);
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  return levels;
}

/// The group of each row by its level of an axis, and how many groups there are.
struct Groups {
  std::vector<std::size_t> of;
  std::size_t count = 0;
};

/// Neighbouring levels are joined where there are fewer than `kRowsPerLevel` rows for each, unless `exact`.
Groups groups_of(const Sample& sample, std::size_t axis, bool exact) {
  const std::vector<std::uint32_t> levels = levels_of(sample, axis);
  const std::size_t room = std::max<std::size_t>(2, sample.rows.size() / kRowsPerLevel);
  Groups groups{{}, exact ? levels.size() : std::min(levels.size(), room)};
  for (const Row* row : sample.rows) {
    const auto rank =
        static_cast<std::size_t>(std::lower_bound(levels.begin(), levels.end(), row->point[axis]) - levels.begin());
    groups.of.push_back(rank * groups.count / levels.size());
  }
  return groups;
}

double share_of(const std::vector<double>& values, const Groups& groups) {
  double mean = 0, whole = 0, between = 0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  std::vector<double> sum(groups.count, 0), count(groups.count, 0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double distance = values[i] - mean;
    whole += distance * distance;
    sum[groups.of[i]] += distance;
    count[groups.of[i]] += 1;
  }
  if (std::sqrt(whole / static_cast<double>(values.size())) <= kRounding * std::fabs(mean)) return 0;
  for (std::size_t g = 0; g < groups.count; ++g)
    if (count[g] > 0) between += sum[g] * sum[g] / count[g];
  const double share = between / whole;
  return share < kRounding ? 0 : std::min(1.0, share);
}

/// Every combination of the levels that occur is there: no effect can stand in for another.
bool whole_grid(const Sample& sample, std::size_t axes) {
  double combinations = 1;
  for (std::size_t a = 0; a < axes; ++a) combinations *= static_cast<double>(levels_of(sample, a).size());
  return static_cast<double>(sample.rows.size()) == combinations;
}

}  // namespace

bool spans_decades(const std::vector<double>& values) {
  if (values.empty()) return false;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return *least > 0 && *most > kDecade * *least;
}

std::vector<double> measured(const std::vector<Row>& rows, Metric metric) {
  std::vector<double> values;
  for (const Row& row : rows)
    if (row.outcome.status == Status::done && std::isfinite(row.outcome.metrics[metric]))
      values.push_back(row.outcome.metrics[metric]);
  return values;
}

std::vector<Importance> importance(const Sweep& sweep, const std::vector<Row>& rows) {
  std::vector<Importance> all;
  for (const Axis& axis : sweep.space.axes) all.push_back({axis.key, {}, {}});
  for (const Metric metric : sweep.objectives) {
    const Sample sample = sample_of(rows, metric);
    const bool whole = whole_grid(sample, all.size());
    for (std::size_t a = 0; a < all.size(); ++a) {
      const Groups groups = groups_of(sample, a, whole);
      const bool varies = groups.count > 1;
      all[a].share.push_back(varies ? share_of(sample.values, groups) : 0);
      all[a].chance.push_back(varies && !whole ? std::min(1.0, static_cast<double>(groups.count - 1) /
                                                                   static_cast<double>(sample.values.size() - 1))
                                               : 0);
    }
  }
  return all;
}

}  // namespace inf::workflow::sweep
