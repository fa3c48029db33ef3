#pragma once
#include <functional>
#include <string>
#include <vector>

#include "tools/workflow/sweep/decision.h"
#include "tools/workflow/sweep/discard.h"
#include "tools/workflow/sweep/evaluate.h"
#include "tools/workflow/sweep/pool.h"

namespace inf::workflow::sweep {

/// A point as a worker gets it.
struct Task {
  std::vector<Setting> settings;
  std::vector<std::optional<Bound>> rooflines;
  std::vector<std::optional<CaseOutcome>> known;  ///< the others are to be computed
  bool prune = true;
  std::vector<Reached> front;  ///< of earlier rounds
};

std::string task_text(const Task& task);
Task parse_task(const std::string& text);

/// What a worker says of a case.
struct CaseReport {
  std::size_t index = 0;  ///< of the case in its point
  CaseOutcome outcome;    ///< `missing` while it is under way: then only its bound is known
};

std::string report_text(const CaseReport& report);
CaseReport parse_report(const std::string& text);

/// What a sweep is made of besides its file and its database.
struct SweepParts {
  std::function<std::vector<Setting>(const Point&)> settings;                  ///< Space::settings
  std::function<std::vector<Case>(const std::vector<Setting>&)> cases;         ///< Resolver::cases
  std::function<std::string(const std::vector<Case>&)> key;                    ///< point_key
  std::function<std::optional<Bound>(const Case&)> roofline;                   ///< Evaluator::roofline
  std::function<CaseOutcome(const Case&, const Evaluator::GiveUp&)> evaluate;  ///< Evaluator::evaluate, in workers only
};

/// A point of which nothing is known.
PointFacts facts_of(const Sweep& sweep);

/// What may stand against a point: limits, and the points measured before it.
Refute refuter(const Sweep& sweep, bool prune, const std::vector<Reached>& front);

/// A worker's work: computes the cases of a task, in order, as long as they decide anything.
WorkerPool::Work task_work(const Sweep& sweep, const SweepParts& parts);

}  // namespace inf::workflow::sweep
