#pragma once
#include <string>

#include "tools/workflow/sweep/outcome.h"

namespace inf::workflow::sweep {

/// What a database keeps of a case that was computed twice, one after the other: the later word, unless it is a failure
/// or a bound and the earlier one a result. A bound is never forgotten.
CaseOutcome newer(const CaseOutcome& known, const CaseOutcome& later);

struct FiledOutcome {
  std::string file;
  CaseOutcome outcome;
};
/// What two databases know of a case together; the same whichever comes first, but for the time that it took.
/// Errors: usage, with both, when they hold different results.
CaseOutcome merged(const std::string& key, const FiledOutcome& a, const FiledOutcome& b);

}  // namespace inf::workflow::sweep
