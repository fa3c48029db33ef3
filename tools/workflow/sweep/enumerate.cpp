#include <boost/random/sobol.hpp>

#include <algorithm>
#include <set>

#include "tools/workflow/sweep/expression.h"
#include "tools/workflow/sweep/search.h"
#include "tools/workflow/sweep/shuffle.h"

namespace inf::workflow::sweep {
namespace {

/// Grids up to it are counted; up to the larger one, as large as a budget may be, they are walked to their end.
constexpr double kCountable = 1e6, kWalkable = 1e7;
/// A larger space is numbered no more; its points are drawn.
constexpr double kNumbered = 4e18;
/// A sequence that brings nothing new for so long has no more.
constexpr std::uint64_t kFruitless = 200000;

bool meets_all(const Space& space, const Point& point) { return !first_broken(space, point); }

class Enumerated final : public Strategy {
 public:
  Enumerated(const Space& space, Points points, std::size_t budget)
      : space_(space), points_(std::move(points)), budget_(budget), planned_(budget) {
    if (const auto meet = points_that_meet_all(space)) planned_ = std::min(planned_, *meet);
  }

  std::vector<Point> next() override {
    std::vector<Point> round;
    while (round.size() < kRound && seen_.size() < planned_) {
      std::optional<Point> point = one();
      if (!point) break;
      round.push_back(std::move(*point));
    }
    return round;
  }
  void hear(const std::vector<Judged>&) override {}
  std::size_t planned() const override { return planned_; }
  int shard_of(std::size_t index_in_round, int shards) const override {
    return static_cast<int>(index_in_round % static_cast<std::size_t>(shards));
  }
  bool may_discard() const override { return true; }

 private:
  /// The next that is new and meets all constraints.
  std::optional<Point> one() {
    const bool walkable = space_.size() <= kWalkable;
    for (std::uint64_t tries = 0; tries < kFruitless || walkable; ++tries) {
      if (tries == kFruitless && !walking_) {
        // What an endless sequence has not hit yet, in the grid's order.
        walking_ = true;
        points_ = grid_points(space_);
      }
      std::optional<Point> point = points_();
      if (!point) return std::nullopt;
      if (meets_all(space_, *point) && seen_.insert(*point).second) return point;
    }
    return std::nullopt;
  }

  Space space_;
  Points points_;
  std::size_t budget_, planned_;
  std::set<Point> seen_;
  bool walking_ = false;
};

}  // namespace

Point point_of(const Space& space, std::uint64_t number) {
  Point point(space.axes.size());
  for (std::size_t i = space.axes.size(); i-- > 0;) {
    const std::uint64_t levels = space.axes[i].levels.size();
    point[i] = static_cast<std::uint32_t>(number % levels);
    number /= levels;
  }
  return point;
}

std::optional<std::size_t> points_that_meet_all(const Space& space) {
  if (space.size() > kCountable) return std::nullopt;
  const auto size = static_cast<std::size_t>(space.size());
  if (space.linked.empty() && space.constraints.empty()) return size;
  std::size_t count = 0;
  for (std::uint64_t i = 0; i < size; ++i) count += meets_all(space, point_of(space, i)) ? 1 : 0;
  return count;
}

Points grid_points(const Space& space) {
  return [space, point = Point(space.axes.size()), done = false]() mutable -> std::optional<Point> {
    if (done) return std::nullopt;
    Point now = point;
    std::size_t axis = point.size();
    while (axis > 0 && ++point[axis - 1] == space.axes[axis - 1].levels.size()) point[--axis] = 0;
    done = axis == 0;
    return now;
  };
}

Points random_points(const Space& space, std::uint64_t seed) {
  if (space.size() <= kNumbered) {
    const auto size = static_cast<std::uint64_t>(space.size());
    return [space, size, order = Shuffle(size, seed), i = std::uint64_t{0}]() mutable -> std::optional<Point> {
      if (i == size) return std::nullopt;
      return point_of(space, order[i++]);
    };
  }
  return [space, seed, i = std::uint64_t{0}]() mutable -> std::optional<Point> {
    Point point;
    for (std::size_t axis = 0; axis < space.axes.size(); ++axis)
      point.push_back(static_cast<std::uint32_t>(mixed(seed, i, axis) % space.axes[axis].levels.size()));
    ++i;
    return point;
  };
}

Points sobol_points(const Space& space, std::uint64_t seed) {
  constexpr int kBits = 32;
  using Engine = boost::random::sobol_engine<std::uint32_t, kBits>;
  return [space, seed, engine = Engine(space.axes.size())]() mutable -> std::optional<Point> {
    Point point;
    for (std::size_t axis = 0; axis < space.axes.size(); ++axis) {
      const std::uint32_t shifted = engine() ^ static_cast<std::uint32_t>(mixed(seed, axis));
      point.push_back(static_cast<std::uint32_t>(shifted * std::uint64_t{space.axes[axis].levels.size()} >> kBits));
    }
    return point;
  };
}

std::unique_ptr<Strategy> enumerated(const Space& space, Points points, std::size_t budget) {
  return std::make_unique<Enumerated>(space, std::move(points), budget);
}

}  // namespace inf::workflow::sweep
