#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/sweep/case.h"
#include "tools/workflow/sweep/store.h"

namespace inf::workflow::sweep {

/// A case computed anew beside what the database has of it.
struct Repeated {
  std::string workload;
  std::string key;
  std::optional<CaseOutcome> stored;  ///< nothing where it was never needed, such as behind a roofline
  CaseOutcome now;
  bool same = true;  ///< bit for bit, but for the seconds that it took; true where nothing is stored
};

/// A point computed anew.
struct Repetition {
  StoredPoint point;
  std::vector<Case> cases;
  std::vector<Repeated> outcomes;     ///< of each case
  std::vector<std::string> commands;  ///< that run the cases with `inf-sim run`, where files of them were written

  bool same() const;
};

/// Takes a point's cases as they are now. Errors: usage when no or several points begin with `key`, or when the inputs
/// have changed since, so that it would be another point.
Repetition find_point(const Sweep& sweep, const Store& store, const std::string& key);
/// Computes the cases in processes of their own, as a sweep does, so that one that crashed or took too long does so
/// again without harm. What a bound discarded is held to that bound, and measured.
void repeat(const Sweep& sweep, const Store& store, Repetition& repetition);

std::string repetition_text(const Repetition& repetition);
/// The document described in docs/json.md.
std::string repetition_json(const Repetition& repetition);

}  // namespace inf::workflow::sweep
