#pragma once
#include <string>
#include <vector>

#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {

/// One point of a finished or unfinished sweep.
struct Row {
  std::size_t number = 0;  ///< in the order of the strategy, from 0
  Point point;
  std::string key;
  std::vector<Setting> settings;
  CaseOutcome outcome;             ///< of all workloads together
  std::vector<CaseOutcome> cases;  ///< of each
  bool within_limits = false;
  bool on_front = false;
};

/// How much of the spread of an objective follows one parameter alone; importance.h has the formula.
struct Importance {
  std::string key;
  std::vector<double> share;   ///< per objective, 0..1: variance of the level means over the whole variance
  std::vector<double> chance;  ///< per objective: the share that no effect at all would show; 0 on a whole grid
};

/// What exports, pages and terminals show. Nothing of it depends on time, place or the number of processes but `host`.
struct Results {
  std::string sweep_hash;  ///< of what decides the points
  std::vector<Row> rows;
  std::vector<std::size_t> front;  ///< rows, by the first objective
  std::vector<Importance> importance;
  std::size_t count(Status status) const;
  struct Host {
    double seconds = 0;
    std::size_t computed = 0;  ///< cases in this process's run; the others were in the database
    int jobs = 1;
  } host;
};

/// Sets within_limits, on_front, front and importance from the rows' outcomes.
void judge(const Sweep& sweep, Results& results);

std::string results_csv(const Sweep& sweep, const Results& results);
/// The document described in docs/json.md.
std::string results_json(const Sweep& sweep, const Results& results);
/// One page without references to anything else.
std::string results_html(const Sweep& sweep, const Results& results);
/// Counts, the front as a table, importance, why points failed.
std::string results_text(const Sweep& sweep, const Results& results);
std::string pareto_text(const Sweep& sweep, const Results& results);

}  // namespace inf::workflow::sweep
