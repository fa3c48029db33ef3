#include "tools/workflow/sweep/walk.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "isa/base/error.h"
#include "tools/workflow/content_key.h"

namespace inf::workflow::sweep {
namespace {

/// The key of a point whose values do not go together, so that it has no cases.
std::string key_of(const std::vector<Setting>& settings) {
  ContentKey key;
  key.add("settings");
  for (const Setting& s : settings) {
    key.add(s.key);
    key.add(s.text);
  }
  return key.text();
}

Judged answer_to(const CaseOutcome& outcome, const Sweep& sweep) {
  if (reaches(outcome, sweep)) return {true, minimised(outcome.metrics, sweep.objectives)};
  return {false, std::vector<double>(sweep.objectives.size(), std::numeric_limits<double>::infinity())};
}

/// The place of a point in the grid, the last axis first.
std::size_t place_in_grid(const Point& point, const Space& space) {
  std::size_t place = 0;
  for (std::size_t i = 0; i < point.size(); ++i) place = place * space.axes[i].levels.size() + point[i];
  return place;
}

}  // namespace

bool reaches(const CaseOutcome& outcome, const Sweep& sweep) {
  return outcome.status == Status::done &&
         std::all_of(sweep.limits.begin(), sweep.limits.end(), [&](const Limit& limit) {
           const double value = outcome.metrics[limit.metric];
           return info(limit.metric).more_is_better ? value >= limit.bound : value <= limit.bound;
         });
}

Walk::Walk(const Sweep& sweep, Strategy& strategy, const SweepParts& parts, bool prune, Shard shard)
    : sweep_(sweep), strategy_(strategy), parts_(parts), prune_(prune && strategy.may_discard()), shard_(shard) {}

/// What cannot be bounded is computed, which says better what is wrong.
std::optional<Bound> Walk::roofline_of(const Case& c) const {
  try {
    return parts_.roofline(c);
  } catch (const Error&) {
    return std::nullopt;
  }
}

Candidate Walk::candidate_of(const Point& point, std::size_t index) const {
  Candidate candidate;
  Row& row = candidate.row;
  // A grid is visited in another order than it is shown in.
  row.number = sweep_.strategy.kind == StrategyKind::grid ? place_in_grid(point, sweep_.space) : proposed_ + index;
  row.point = point;
  row.settings = parts_.settings(point);
  candidate.own = shard_.count == 1 || strategy_.shard_of(index, shard_.count) == shard_.index;
  // With as many shards as there can be islands, each has one of its own.
  candidate.island = strategy_.shard_of(index, std::numeric_limits<int>::max());
  candidate.facts = facts_of(sweep_);
  try {
    const std::vector<Case> cases = parts_.cases(row.settings);
    row.key = parts_.key(cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      candidate.keys.push_back(cases[i].key);
      if (prune_) candidate.facts.rooflines[i] = roofline_of(cases[i]);
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::config && error.kind() != ErrorKind::unsupported) throw;
    row.key = key_of(row.settings);
    candidate.keys.clear();
    CaseOutcome refused;
    refused.status = Status::infeasible;
    refused.reason = error.message();
    candidate.decision.outcome = refused;
    candidate.decision.cases.assign(sweep_.workloads.size(), refused);
  }
  return candidate;
}

bool Walk::propose() {
  const std::vector<Point> points = strategy_.next();
  if (points.empty()) return false;
  Round& round = rounds_.emplace_back();
  for (std::size_t i = 0; i < points.size(); ++i) round.push_back(candidate_of(points[i], i));
  proposed_ += points.size();
  // Who learns nothing from an answer need not wait for it.
  if (may_look_ahead()) strategy_.hear(std::vector<Judged>(points.size(), answer_to({}, sweep_)));
  return true;
}

// What a shard computes is enough for all. Say that it discards p for a point q' that it measured in an earlier round.
// Either a single run measures q' as well; or it discards q' for a q of a still earlier round: then q dominates the
// bound of q', so also what q' measured, so also the bound of p, and the single run has q to discard p with, at the
// same level. So a shard computes whatever a single run computes, and a point that the single run discards by its tiles
// was compiled by the shard: its outcome carries the bound. The walk over the outcomes of all shards therefore lacks
// nothing, and it is this very walk. The same holds for runs that were interrupted, have other jobs, look ahead with
// only a part of a front, or find outcomes of other sweeps: knowing more changes nothing, since points are discarded by
// bounds and the front of earlier rounds even where they were measured.
void Walk::decide(Candidate& candidate) const {
  if (!candidate.keys.empty()) candidate.decision = sweep::decide(candidate.facts, refuter(sweep_, prune_, front_));
}

void Walk::reach(const Row& row) {
  if (!reaches(row.outcome, sweep_)) return;
  Reached reached{fmt::format("point {}", row.number), minimised(row.outcome.metrics, sweep_.objectives)};
  for (const Reached& r : front_)
    if (r.objectives == reached.objectives || dominates(r.objectives, reached.objectives)) return;
  std::erase_if(front_, [&](const Reached& r) { return dominates(reached.objectives, r.objectives); });
  front_.push_back(std::move(reached));
}

std::vector<Row> Walk::take_rows() {
  std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.number < b.number; });
  return std::move(rows_);
}

/// A point that two islands propose is one row.
void Walk::add_row(Candidate& candidate) {
  const auto [at, is_new] = row_of_.try_emplace(candidate.row.point, rows_.size());
  if (is_new)
    rows_.push_back(std::move(candidate.row));
  else if (Row& row = rows_[at->second]; row.outcome.status == Status::missing)
    std::tie(row.outcome, row.cases) = std::tie(candidate.row.outcome, candidate.row.cases);
}

void Walk::close() {
  Round round = std::move(rounds_.front());
  rounds_.pop_front();
  std::vector<Judged> answers;
  const std::set<int> lost = lost_;
  const std::size_t first = rows_.size();
  for (Candidate& candidate : round) {
    decide(candidate);
    candidate.row.cases.resize(sweep_.workloads.size());
    if (candidate.decision.outcome) {
      candidate.row.outcome = *candidate.decision.outcome;
      candidate.row.cases = std::move(candidate.decision.cases);
    } else if (!may_look_ahead()) {
      lost_.insert(candidate.island);
    }
    answers.push_back(answer_to(candidate.row.outcome, sweep_));
    // Behind a missing answer a search goes astray: those points are not the sweep's.
    if (!lost.contains(candidate.island)) add_row(candidate);
  }
  for (std::size_t i = first; i < rows_.size(); ++i) reach(rows_[i]);
  if (!may_look_ahead()) strategy_.hear(answers);
}

}  // namespace inf::workflow::sweep
