#include "tools/workflow/sweep/store_merge.h"

#include <fmt/core.h>

#include <bit>

#include "isa/base/error.h"

namespace inf::workflow::sweep {
namespace {

/// How much an outcome says.
int rank(Status status) {
  switch (status) {
    case Status::missing: return 0;
    case Status::discarded: return 1;
    case Status::timed_out: return 2;
    case Status::crashed: return 3;
    case Status::infeasible: return 4;
    case Status::done: return 5;
  }
  return 0;
}

bool is_result(Status status) { return rank(status) >= rank(Status::infeasible); }

CaseOutcome with_bound_of(CaseOutcome kept, const CaseOutcome& other) {
  if (!kept.bound) kept.bound = other.bound;
  return kept;
}

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

/// The first number in which two measurements differ, in words; empty: none.
std::string difference(const FiledOutcome& a, const FiledOutcome& b) {
  const auto says = [&](const std::string& what, double x, double y) {
    return fmt::format("{} is {} in {} and {} in {}", what, x, a.file, y, b.file);
  };
  for (const MetricInfo& m : metrics()) {
    const double x = a.outcome.metrics[m.metric], y = b.outcome.metrics[m.metric];
    if (x != x && y != y) continue;  // neither has it
    if (!same_bits(x, y)) return says(m.column, x, y);
  }
  if (!same_bits(a.outcome.device_ns, b.outcome.device_ns))
    return says("device_ns", a.outcome.device_ns, b.outcome.device_ns);
  return "";
}

[[noreturn]] void refuse_merge(const std::string& key, const std::string& why) {
  throw Error(ErrorKind::usage, "merge", fmt::format("case {} has two different results: {}", key, why),
              {"nothing was taken over; the same case gives the same result always, so one of the databases was "
               "changed or damaged: compute the one in doubt again into a new file"});
}

}  // namespace

CaseOutcome newer(const CaseOutcome& known, const CaseOutcome& later) {
  const bool keep = is_result(known.status) ? !is_result(later.status) : rank(later.status) <= rank(Status::discarded);
  if (keep && rank(known.status) >= rank(later.status)) return with_bound_of(known, later);
  return with_bound_of(later, known);
}

CaseOutcome merged(const std::string& key, const FiledOutcome& a, const FiledOutcome& b) {
  const Status x = a.outcome.status, y = b.outcome.status;
  if (x == Status::done && y == Status::done) {
    if (const std::string why = difference(a, b); !why.empty()) refuse_merge(key, why);
  } else if (is_result(x) && is_result(y) && x != y) {
    const FiledOutcome& refused = x == Status::infeasible ? a : b;
    refuse_merge(key, fmt::format("{} in {} ({}) and done in {}", name(Status::infeasible), refused.file,
                                  refused.outcome.reason, &refused == &a ? b.file : a.file));
  }
  if (rank(y) > rank(x)) return with_bound_of(b.outcome, a.outcome);
  return with_bound_of(a.outcome, b.outcome);
}

}  // namespace inf::workflow::sweep
