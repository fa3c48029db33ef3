#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/sweep/sweep.h"

namespace inf::workflow::sweep {

enum class Status : std::uint8_t {
  done,        ///< has metrics
  infeasible,  ///< the chip, the compiler or the instance refuses it; the reason says what was needed
  discarded,   ///< a lower bound shows that it cannot reach the front; the proof says why
  crashed,     ///< its process died or failed inside
  timed_out,
  missing,  ///< not computed yet
};
const char* name(Status status);

/// What was needed against what there is, where a reason is an inequality.
struct Shortfall {
  std::string what;  ///< "SBUF per partition"
  double needed = 0, available = 0;
  std::string unit;
  std::string knob;  ///< key that closes it: "chip.sbuf.bytes_per_partition"
};

/// The best that a point can reach: no metric of it can be better. Nothing where no bound is known.
struct Bound {
  std::string level;  ///< "roofline", "tiles"
  Metrics best;
  std::string proof;  ///< the sums behind it: "tensor 4.1 GMAC / (128 x 128 x 2.8 GHz) = 89.9 us <= latency ..."
};

/// What became of one workload at one point.
struct CaseOutcome {
  Status status = Status::missing;
  Metrics metrics;
  std::string reason;  ///< of infeasible, crashed, timed_out; of discarded: bound and what it loses against
  std::optional<Shortfall> shortfall;
  std::optional<Bound> bound;  ///< at tile level, where the compiler came that far
  double device_ns = 0;        ///< of a call
  double seconds = 0;          ///< of the process that computed it; never in an export but its host section
};

/// As kept in a database and passed between processes; parse throws where the text is none.
std::string outcome_text(const CaseOutcome& outcome);
CaseOutcome parse_outcome(const std::string& text);

/// The mean of the workloads' metrics by their weights; the status of the worst of them.
CaseOutcome combine(const std::vector<CaseOutcome>& cases, const std::vector<double>& weights);

/// Objectives turned so that less is better.
std::vector<double> minimised(const Metrics& metrics, const std::vector<Metric>& objectives);
/// a is nowhere worse than b and somewhere better.
bool dominates(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace inf::workflow::sweep
