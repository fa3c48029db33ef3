#pragma once
#include "isa/base/error.h"
#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {

/// Whether an error says that a point cannot be, rather than that something is broken.
bool is_refusal(const Error& error);

/// The outcome of a refused point: the reason in one line, and the inequality where it is one.
CaseOutcome infeasible(const Error& error);

}  // namespace inf::workflow::sweep
