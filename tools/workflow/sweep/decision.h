#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {

/// What is known of a point, by its cases.
struct PointFacts {
  std::vector<std::string> names;  ///< of the workloads
  std::vector<double> weights;
  std::vector<std::optional<Bound>> rooflines;
  std::vector<std::optional<CaseOutcome>> known;
};

/// What becomes of a point, or which case must be computed to say so.
struct Decision {
  std::optional<CaseOutcome> outcome;
  std::size_t next = 0;            ///< the case to compute, where there is no outcome
  std::vector<CaseOutcome> cases;  ///< behind an outcome: what each case says to it; `missing` where it decides nothing
};

/// Why a bound shows that a point cannot reach the front; nothing where it may.
using Refute = std::function<std::optional<std::string>(const Bound&)>;

/// Looks at a point's cases in their order, from rooflines over tile bounds to measurements, until a bound refutes the
/// point, a case fails, or all are measured. It asks for nothing that it does not need, and depends on the outcomes of
/// cases alone, not on who computed them when: a stored `discarded` counts for its bound only, which may or may not
/// refute this point.
Decision decide(const PointFacts& facts, const Refute& refute);

}  // namespace inf::workflow::sweep
