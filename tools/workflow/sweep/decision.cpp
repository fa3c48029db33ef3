#include "tools/workflow/sweep/decision.h"

#include <algorithm>
#include <cmath>

namespace inf::workflow::sweep {
namespace {

Bound nothing_known() { return {"roofline", {}, "nothing is known"}; }

/// The best that the workloads' weighted mean can be. Nothing is known of a metric where it is of none of them.
Bound together(const std::vector<Bound>& best, const PointFacts& facts) {
  if (best.size() == 1) return best.front();
  Bound all = nothing_known();
  all.proof.clear();
  double sum = 0;
  for (const double w : facts.weights) sum += w;
  for (const MetricInfo& m : metrics()) {
    double mean = 0;
    for (std::size_t i = 0; i < best.size(); ++i) mean += best[i].best[m.metric] * facts.weights[i] / sum;
    all.best[m.metric] = mean;
  }
  for (std::size_t i = 0; i < best.size(); ++i) {
    if (best[i].level != all.level && best[i].level != "measured") all.level = best[i].level;
    all.proof += (i == 0 ? "" : "; ") + facts.names[i] + ": " + best[i].proof;
  }
  return all;
}

/// A bound of the program in place of one of the graph, metric by metric.
Bound tightened(const Bound& tiles, const Bound& roofline) {
  Bound bound = tiles;
  for (const MetricInfo& m : metrics())
    if (std::isnan(bound.best[m.metric])) bound.best[m.metric] = roofline.best[m.metric];
  return bound;
}

CaseOutcome discarded(const Bound& bound, const std::string& why) {
  CaseOutcome outcome;
  outcome.status = Status::discarded;
  outcome.reason = why;
  outcome.bound = bound;
  return outcome;
}

/// The walk over one point's cases.
class Cases {
 public:
  Cases(const PointFacts& facts, const Refute& refute) : facts_(facts), refute_(refute) {
    for (const auto& roofline : facts.rooflines) best_.push_back(roofline.value_or(nothing_known()));
    decision_.cases.resize(facts.known.size());
  }

  Decision walk() {
    if (refuted(0)) return decision_;
    for (std::size_t i = 0; i < facts_.known.size(); ++i)
      if (!look_at(i)) return decision_;
    decision_.outcome = combine(decision_.cases, facts_.weights);
    return decision_;
  }

 private:
  /// True: go on with the next case.
  bool look_at(std::size_t i) {
    const auto& known = facts_.known[i];
    decision_.next = i;
    if (!known || known->status == Status::missing) return false;
    if (known->bound) {
      best_[i] = tightened(*known->bound, best_[i]);
      if (refuted(i)) return false;
    }
    if (known->status == Status::discarded) return false;
    decision_.cases[i] = *known;
    if (known->status != Status::done) {
      decision_.outcome = *known;
      return false;
    }
    best_[i] = {"measured", known->metrics, "measured"};
    return i + 1 == facts_.known.size() || !refuted(i + 1);
  }

  /// Cases before `from` are measured.
  bool refuted(std::size_t from) {
    const Bound bound = together(best_, facts_);
    const std::optional<std::string> why = refute_(bound);
    if (!why) return false;
    decision_.outcome = discarded(bound, *why);
    for (std::size_t i = from; i < best_.size(); ++i) decision_.cases[i] = discarded(best_[i], *why);
    return true;
  }

  const PointFacts& facts_;
  const Refute& refute_;
  std::vector<Bound> best_;
  Decision decision_;
};

}  // namespace

Decision decide(const PointFacts& facts, const Refute& refute) { return Cases(facts, refute).walk(); }

}  // namespace inf::workflow::sweep
