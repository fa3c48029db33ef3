#include "compiler/pipeline/stage_cut.h"

#include <algorithm>
#include <compare>
#include <limits>

namespace inf::compiler {
namespace {

/// Sums over the units before each one.
class StageTimes {
 public:
  StageTimes(const std::vector<CutUnit>& units, const StageRoom& room) : units_(units), room_(room), before_(1) {
    for (const CutUnit& unit : units) {
      CutUnit sum = before_.back();
      sum.resident_ns += unit.resident_ns;
      sum.stream_ns += unit.stream_ns;
      sum.weights += unit.weights;
      before_.push_back(sum);
    }
  }

  double operator()(std::size_t first, std::size_t end) const {
    const CutUnit &from = before_[first], &to = before_[end];
    const std::int64_t weights = to.weights - from.weights, over = std::max<std::int64_t>(0, weights - room_.weights);
    const double streams = over > 0 ? static_cast<double>(over) / static_cast<double>(weights) : 0;
    const std::int64_t crossing =
        (first > 0 ? units_[first - 1].crossing : 0) + (end < units_.size() ? units_[end - 1].crossing : 0);
    return to.resident_ns - from.resident_ns + streams * (to.stream_ns - from.stream_ns) +
           room_.crossing_ns_per_byte * static_cast<double>(crossing);
  }

 private:
  const std::vector<CutUnit>& units_;
  StageRoom room_;
  std::vector<CutUnit> before_;
};

/// Of a cut so far: the largest stage, then the bytes over cuts, then how uneven the stages are.
struct Price {
  double largest = std::numeric_limits<double>::infinity();
  std::int64_t crossing = std::numeric_limits<std::int64_t>::max();
  double squares = std::numeric_limits<double>::infinity();  ///< sum of the squares of stage times
  auto operator<=>(const Price&) const = default;
};

}  // namespace

double stage_ns(const std::vector<CutUnit>& units, std::size_t first, std::size_t end, const StageRoom& room) {
  return StageTimes(units, room)(first, end);
}

std::vector<std::size_t> cut_units(const std::vector<CutUnit>& units, std::size_t stages, const StageRoom& room) {
  const StageTimes time(units, room);
  const std::size_t n = units.size();
  // best[s][end]: the first `end` units in s + 1 stages; from[s][end]: where the last of these begins.
  std::vector<std::vector<Price>> best(stages, std::vector<Price>(n + 1));
  std::vector<std::vector<std::size_t>> from(stages, std::vector<std::size_t>(n + 1, 0));
  for (std::size_t end = 1; end <= n; ++end) best[0][end] = {time(0, end), 0, time(0, end) * time(0, end)};
  for (std::size_t s = 1; s < stages; ++s)
    for (std::size_t end = s + 1; end <= n; ++end)
      for (std::size_t first = s; first < end; ++first) {
        const Price& before = best[s - 1][first];
        const double last = time(first, end);
        const Price price{std::max(before.largest, last), before.crossing + units[first - 1].crossing,
                          before.squares + last * last};
        if (price < best[s][end]) best[s][end] = price, from[s][end] = first;
      }
  std::vector<std::size_t> firsts(stages);
  for (std::size_t s = stages, end = n; s-- > 0; end = firsts[s]) firsts[s] = from[s][end];
  return firsts;
}

}  // namespace inf::compiler
