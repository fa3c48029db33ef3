#include "tools/workflow/sweep/outcome.h"

#include <algorithm>
#include <cmath>

namespace inf::workflow::sweep {

const char* name(Status status) {
  switch (status) {
    case Status::done: return "done";
    case Status::infeasible: return "infeasible";
    case Status::discarded: return "discarded";
    case Status::crashed: return "crashed";
    case Status::timed_out: return "timed out";
    case Status::missing: return "missing";
  }
  return "";
}

CaseOutcome combine(const std::vector<CaseOutcome>& cases, const std::vector<double>& weights) {
  if (cases.size() == 1) return cases.front();
  // A point is only as done as its least done workload; what was never computed says least.
  static constexpr Status kOrder[] = {Status::done,    Status::discarded, Status::infeasible,
                                      Status::crashed, Status::timed_out, Status::missing};
  const auto rank = [](Status s) { return std::find(std::begin(kOrder), std::end(kOrder), s) - std::begin(kOrder); };
  CaseOutcome all = *std::max_element(cases.begin(), cases.end(), [&](const CaseOutcome& a, const CaseOutcome& b) {
    return rank(a.status) < rank(b.status);
  });
  all.metrics = {};
  all.bound.reset();
  all.device_ns = all.seconds = 0;
  double sum = 0;
  for (const double w : weights) sum += w;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    all.device_ns += cases[i].device_ns * weights[i] / sum;
    all.seconds += cases[i].seconds;
  }
  if (all.status != Status::done) return all;
  for (const MetricInfo& m : metrics()) {
    double mean = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) mean += cases[i].metrics[m.metric] * weights[i] / sum;
    all.metrics[m.metric] = mean;
  }
  return all;
}

std::vector<double> minimised(const Metrics& metrics, const std::vector<Metric>& objectives) {
  std::vector<double> values;
  for (const Metric m : objectives) {
    const double v = metrics[m];
    values.push_back(std::isnan(v) ? std::numeric_limits<double>::infinity() : info(m).more_is_better ? -v : v);
  }
  return values;
}

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

}  // namespace inf::workflow::sweep
