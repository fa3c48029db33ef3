#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/bfe.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "tools/workflow/sweep/expression.h"
#include "tools/workflow/sweep/search.h"
#include "tools/workflow/sweep/shuffle.h"

namespace inf::workflow::sweep {
namespace {

/// In place of objectives of points that are not feasible: each worse than all before it, whatever their unit.
constexpr double kBeyondLimits = 1e30, kNotMeasured = 3e30, kBreaksConstraint = 4e30;
/// An island that asks for nothing new for so many generations has searched its space.
constexpr int kIdleGenerations = 100;

/// What an island has heard, and what it must hear to go on.
struct Memory {
  Space space;
  std::vector<std::size_t> axes;  ///< that have more than one level: the coordinates of a decision vector
  std::size_t objectives = 2;
  std::map<Point, std::vector<double>> answers;
  std::vector<Point> unanswered;

  Point point(const double* coordinates) const {
    Point point(space.axes.size());
    for (std::size_t i = 0; i < axes.size(); ++i) point[axes[i]] = static_cast<std::uint32_t>(coordinates[i]);
    return point;
  }
  pagmo::vector_double coordinates(const Point& point) const {
    pagmo::vector_double values;
    for (const std::size_t axis : axes) values.push_back(point[axis]);
    return values;
  }
  std::vector<double> answer(const Judged& judged) const;
};

/// Thrown through pagmo where a generation has points that were never answered.
struct Unanswered {};

std::vector<double> Memory::answer(const Judged& judged) const {
  std::vector<double> values = judged.objectives;
  // With one objective, the same twice: fronts are then its values in order.
  if (values.size() == 1) values.push_back(values[0]);
  for (double& value : values)
    if (!std::isfinite(value)) {
      value = kNotMeasured;
    } else if (!judged.feasible) {
      // Between the bounds of the penalty, in the order of the values.
      constexpr double kWidest = 750;  // more than the logarithm of any number
      value = kBeyondLimits * (1.5 + std::copysign(std::log1p(std::abs(value)), value) / (2 * kWidest));
    }
  values.resize(objectives, kNotMeasured);
  return values;
}

/// A problem for pagmo: levels by position, evaluated elsewhere.
struct Landscape {
  std::vector<double> last_level;
  std::size_t objectives = 2;

  pagmo::vector_double fitness(const pagmo::vector_double&) const { throw Unanswered{}; }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    return {pagmo::vector_double(last_level.size(), 0), last_level};
  }
  pagmo::vector_double::size_type get_nobj() const { return objectives; }
  pagmo::vector_double::size_type get_nix() const { return last_level.size(); }
  template <class Archive>
  void serialize(Archive&, unsigned) {}
};

/// Answers a whole generation, or notes what is missing of it.
struct Answers {
  std::shared_ptr<Memory> memory;

  pagmo::vector_double operator()(const pagmo::problem&, const pagmo::vector_double& generation) const {
    pagmo::vector_double fitness;
    const std::size_t width = memory->axes.size();
    for (std::size_t i = 0; i < generation.size(); i += width) {
      const Point point = memory->point(&generation[i]);
      auto known = memory->answers.find(point);
      if (known == memory->answers.end() && first_broken(memory->space, point))
        known = memory->answers.emplace(point, std::vector<double>(memory->objectives, kBreaksConstraint)).first;
      if (known != memory->answers.end())
        fitness.insert(fitness.end(), known->second.begin(), known->second.end());
      else if (std::find(memory->unanswered.begin(), memory->unanswered.end(), point) == memory->unanswered.end())
        memory->unanswered.push_back(point);
    }
    if (!memory->unanswered.empty()) throw Unanswered{};
    return fitness;
  }
  template <class Archive>
  void serialize(Archive&, unsigned) {}
};

/// One search. Deterministic: pagmo's generators are copied before each try, so a generation that had to wait for
/// answers is made again as it was.
class Island {
 public:
  Island(const Sweep& sweep, std::uint64_t seed, std::size_t budget)
      : memory_(std::make_shared<Memory>()), seed_(seed), budget_(budget) {
    memory_->space = sweep.space;
    memory_->objectives = std::max<std::size_t>(2, sweep.objectives.size());
    for (std::size_t i = 0; i < sweep.space.axes.size(); ++i)
      if (sweep.space.axes[i].levels.size() > 1) memory_->axes.push_back(i);
    population_size_ = static_cast<std::size_t>(sweep.strategy.population);
  }

  /// Points whose answers it waits for; empty when it is done.
  const std::vector<Point>& next() {
    wanted_.clear();
    if (!state_)
      first_generation();
    else
      next_generation();
    if (wanted_.size() > budget_) wanted_.resize(budget_);
    budget_ -= wanted_.size();
    return wanted_;
  }

  void hear(const Judged* answers) {
    for (std::size_t i = 0; i < wanted_.size(); ++i) memory_->answers.emplace(wanted_[i], memory_->answer(answers[i]));
    if (!state_ && !wanted_.empty()) settle();
  }

 private:
  struct State {
    pagmo::nsga2 algorithm;
    pagmo::population population;
  };

  void first_generation() {
    if (asked_first_) return;
    asked_first_ = true;
    const auto draw = enumerated(memory_->space, random_points(memory_->space, seed_), population_size_);
    for (std::vector<Point> round = draw->next(); !round.empty(); round = draw->next())
      wanted_.insert(wanted_.end(), round.begin(), round.end());
  }

  /// The first generation becomes a population; where the space has fewer points, they come again.
  void settle() {
    if (memory_->axes.empty()) return;
    Landscape landscape{{}, memory_->objectives};
    for (const std::size_t axis : memory_->axes)
      landscape.last_level.push_back(static_cast<double>(memory_->space.axes[axis].levels.size() - 1));
    constexpr double kCrossover = 0.95, kCrossoverIndex = 10, kMutationIndex = 50;
    const double mutation = 1.0 / static_cast<double>(memory_->axes.size());
    const auto seed = static_cast<unsigned>(mixed(seed_, 0));
    state_.emplace(State{pagmo::nsga2(1, kCrossover, kCrossoverIndex, mutation, kMutationIndex, seed),
                         pagmo::population(landscape, 0, seed)});
    state_->algorithm.set_bfe(pagmo::bfe(Answers{memory_}));
    for (std::size_t i = 0; i < population_size_; ++i) {
      const Point& point = wanted_[i % wanted_.size()];
      state_->population.push_back(memory_->coordinates(point), memory_->answers.at(point));
    }
  }

  void next_generation() {
    for (int idle = 0; idle < kIdleGenerations && budget_ > 0; ++idle) {
      memory_->unanswered.clear();
      State attempt = *state_;
      try {
        attempt.population = attempt.algorithm.evolve(attempt.population);
      } catch (const Unanswered&) {
        wanted_ = memory_->unanswered;
        return;
      }
      *state_ = std::move(attempt);
    }
  }

  std::shared_ptr<Memory> memory_;
  std::uint64_t seed_;
  std::size_t budget_, population_size_ = 0;
  std::optional<State> state_;
  std::vector<Point> wanted_;
  bool asked_first_ = false;
};

class Islands final : public Strategy {
 public:
  Islands(const Sweep& sweep, std::size_t budget) : planned_(budget) {
    const auto count = static_cast<std::size_t>(sweep.strategy.islands);
    for (std::size_t i = 0; i < count; ++i)
      islands_.push_back(std::make_unique<Island>(sweep, mixed(sweep.strategy.seed, i),
                                                  budget / count + (i < budget % count ? 1 : 0)));
    if (const auto meet = points_that_meet_all(sweep.space)) planned_ = std::min(planned_, *meet * count);
  }

  std::vector<Point> next() override {
    std::vector<Point> round;
    island_of_.clear();
    for (std::size_t i = 0; i < islands_.size(); ++i) {
      const std::vector<Point>& wanted = islands_[i]->next();
      round.insert(round.end(), wanted.begin(), wanted.end());
      island_of_.resize(round.size(), i);
    }
    return round;
  }

  void hear(const std::vector<Judged>& answers) override {
    for (std::size_t i = 0; i < islands_.size(); ++i) {
      const auto first = std::lower_bound(island_of_.begin(), island_of_.end(), i) - island_of_.begin();
      islands_[i]->hear(answers.data() + first);
    }
  }

  std::size_t planned() const override { return planned_; }
  int shard_of(std::size_t index_in_round, int shards) const override {
    return static_cast<int>(island_of_[index_in_round] % static_cast<std::size_t>(shards));
  }
  bool may_discard() const override { return false; }

 private:
  std::vector<std::unique_ptr<Island>> islands_;
  std::vector<std::size_t> island_of_;  ///< of each point of the round
  std::size_t planned_;
};

}  // namespace

std::unique_ptr<Strategy> nsga2(const Sweep& sweep, std::size_t budget) {
  return std::make_unique<Islands>(sweep, budget);
}

}  // namespace inf::workflow::sweep
