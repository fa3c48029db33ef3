#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "tools/workflow/sweep/sweep.h"

namespace inf::workflow::sweep {

/// What a strategy hears back of a point that it proposed.
struct Judged {
  bool feasible = false;           ///< measured and within the limits
  std::vector<double> objectives;  ///< of the sweep, each turned so that less is better; infinite where not feasible
};

/// Points in rounds. What a round holds depends on the sweep and on answers to earlier rounds alone: never on how many
/// processes work, when they finish, or what was interrupted. Each point is proposed once.
class Strategy {
 public:
  virtual ~Strategy() = default;
  /// The next round; empty: done.
  virtual std::vector<Point> next() = 0;
  /// Answers to the points of the last round, in their order.
  virtual void hear(const std::vector<Judged>& answers) = 0;
  /// Points that will be proposed in all, as far as is known.
  virtual std::size_t planned() const = 0;
  /// Which of `shards` computes a point of the last round. Enumerated rounds are dealt out point by point; an island of
  /// nsga2 belongs to one shard, which no other needs to hear of.
  virtual int shard_of(std::size_t index_in_round, int shards) const = 0;
  /// False where a search learns from every value that it hears: then lower bounds may not stand in for one.
  virtual bool may_discard() const = 0;
};

/// Points of a round of an enumerated strategy. Fixed, since what may be discarded depends on it.
inline constexpr std::size_t kRound = 32;

/// Errors: config when the space is empty, or too large for a grid without a budget: the size is in the message.
std::unique_ptr<Strategy> make_strategy(const Sweep& sweep);

}  // namespace inf::workflow::sweep
