#pragma once
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tools/workflow/sweep/explore.h"
#include "tools/workflow/sweep/strategy.h"
#include "tools/workflow/sweep/task.h"

namespace inf::workflow::sweep {

/// A point that is proposed and not yet a row.
struct Candidate {
  Row row;
  std::vector<std::string> keys;  ///< of its cases; empty where its values do not go together
  PointFacts facts;
  Decision decision;
  bool own = true;  ///< this shard computes it
  int island = 0;   ///< of a search
};
using Round = std::vector<Candidate>;

/// The points of a sweep in their order, round by round. What it says depends on the sweep and on outcomes of cases
/// alone; who computes them between propose() and close() does not matter.
class Walk {
 public:
  Walk(const Sweep& sweep, Strategy& strategy, const SweepParts& parts, bool prune, Shard shard);

  /// Opens another round; false when there is none. More than one may be open where no search learns from answers.
  bool propose();
  bool may_look_ahead() const { return strategy_.may_discard(); }
  /// The open ones, first to last. Their places in memory stay until they are closed.
  std::deque<Round>& rounds() { return rounds_; }
  const std::deque<Round>& rounds() const { return rounds_; }
  bool prunes() const { return prune_; }
  /// Of the points measured in closed rounds, those that no other one dominates.
  const std::vector<Reached>& front() const { return front_; }
  /// Decides a point by what is known of its cases and by the front so far.
  void decide(Candidate& candidate) const;
  /// Decides the points of the first round by the front of earlier rounds, and ends it. What is undecided is `missing`.
  void close();

  /// In the order of the visit.
  const std::vector<Row>& rows() const { return rows_; }
  /// By their numbers.
  std::vector<Row> take_rows();

 private:
  Candidate candidate_of(const Point& point, std::size_t index) const;
  std::optional<Bound> roofline_of(const Case& c) const;
  void add_row(Candidate& candidate);
  void reach(const Row& row);

  const Sweep& sweep_;
  Strategy& strategy_;
  const SweepParts& parts_;
  bool prune_;
  Shard shard_;
  std::size_t proposed_ = 0;
  std::deque<Round> rounds_;
  std::vector<Reached> front_;
  std::vector<Row> rows_;
  std::map<Point, std::size_t> row_of_;
  std::set<int> lost_;  ///< islands whose search is not known further, for an answer that is missing
};

/// Measured and within the limits.
bool reaches(const CaseOutcome& outcome, const Sweep& sweep);

}  // namespace inf::workflow::sweep
