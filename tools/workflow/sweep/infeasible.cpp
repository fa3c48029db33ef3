#include "tools/workflow/sweep/infeasible.h"

#include "isa/base/shortage.h"

namespace inf::workflow::sweep {

bool is_refusal(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::unsupported:
    case ErrorKind::config:
    case ErrorKind::import: return true;
    case ErrorKind::usage: return dynamic_cast<const ShortageError*>(&error) != nullptr;
    case ErrorKind::illegal_instruction:
    case ErrorKind::race:
    case ErrorKind::deadlock:
    case ErrorKind::untested:
    case ErrorKind::check_failed:
    case ErrorKind::internal: return false;
  }
  return false;
}

CaseOutcome infeasible(const Error& error) {
  CaseOutcome outcome;
  outcome.status = Status::infeasible;
  outcome.reason = error.where().empty() ? error.message() : error.where() + ": " + error.message();
  for (const std::string& note : error.notes()) outcome.reason += "; " + note;
  if (const auto* why = dynamic_cast<const ShortageError*>(&error)) {
    const Shortage& s = why->shortage();
    outcome.shortfall = Shortfall{s.what, s.needed, s.available, s.unit, s.knob};
  }
  return outcome;
}

}  // namespace inf::workflow::sweep
