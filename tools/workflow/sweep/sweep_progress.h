#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/workflow/sweep/sweep.h"

namespace inf::workflow::sweep {

/// Where a sweep stands.
struct SweepProgress {
  std::size_t done = 0;  ///< points with an outcome, whatever it is
  std::size_t planned = 0;
  std::size_t failed = 0;     ///< of done: infeasible, crashed, timed out
  std::size_t discarded = 0;  ///< of done
  double rate = 0;            ///< computed points per second of this process's run
  std::optional<double> eta_s;
  std::vector<std::pair<Metric, double>> best;  ///< so far, of each objective
};

/// Time left as people say it: "4 min 40 s".
std::string seconds_text(double seconds);

/// One line of at most `width` characters; what matters least falls away where it is too long.
std::string progress_line(const SweepProgress& progress, std::size_t width);

}  // namespace inf::workflow::sweep
