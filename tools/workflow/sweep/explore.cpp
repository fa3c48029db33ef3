#include "tools/workflow/sweep/explore.h"

#include "tools/workflow/sweep/explore_walk.h"

namespace inf::workflow::sweep {
namespace {

/// The parts that a sweep file asks for. They live in this process and, as copies from when it was forked, in workers.
class RealParts {
 public:
  explicit RealParts(const Sweep& sweep) : sweep_(sweep), resolver_(sweep), strategy_(make_strategy(sweep)) {
    for (const SweepWorkload& w : sweep.workloads) weights_.push_back(w.weight);
  }

  Strategy& strategy() { return *strategy_; }
  SweepParts parts() {
    return {[this](const Point& point) { return sweep_.space.settings(point); },
            [this](const std::vector<Setting>& settings) { return resolver_.cases(settings); },
            [this](const std::vector<Case>& cases) { return point_key(cases, weights_); },
            [this](const Case& c) { return evaluator_.roofline(c); },
            [this](const Case& c, const Evaluator::GiveUp& give_up) { return evaluator_.evaluate(c, give_up); }};
  }

 private:
  const Sweep& sweep_;
  Resolver resolver_;
  std::unique_ptr<Strategy> strategy_;
  Evaluator evaluator_;
  std::vector<double> weights_;
};

}  // namespace

Results explore(const Sweep& sweep, Store& store, const ExploreOptions& options, Progress& progress) {
  RealParts parts(sweep);
  progress.stage("sweep");
  Results results = explore_walk(sweep, parts.strategy(), parts.parts(), store, options, [&](const SweepProgress& p) {
    progress.line([&](std::size_t width) { return progress_line(p, width); });
  });
  progress.clear();
  judge(sweep, results);
  return results;
}

Results results_of(const Sweep& sweep, const Store& store, bool prune) {
  RealParts parts(sweep);
  Results results = replay_walk(sweep, parts.strategy(), parts.parts(), store, prune);
  judge(sweep, results);
  return results;
}

}  // namespace inf::workflow::sweep
