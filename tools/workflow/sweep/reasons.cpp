#include "tools/workflow/sweep/reasons.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <tuple>

#include "tools/workflow/sweep/row.h"

namespace inf::workflow::sweep {
namespace {

using Cause = std::tuple<Status, std::string, std::string, std::string>;

/// The words of a reason, each number as '#'.
std::string without_numbers(const std::string& reason) {
  std::string words;
  for (const char c : reason) {
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (!digit)
      words += c;
    else if (words.empty() || words.back() != '#')
      words += '#';
  }
  return words;
}

Cause key_of(const CaseOutcome& outcome) {
  if (outcome.shortfall)
    return {outcome.status, outcome.shortfall->what, outcome.shortfall->unit, outcome.shortfall->knob};
  return {outcome.status, without_numbers(outcome.reason), "", ""};
}

void add(ReasonGroup& group, std::size_t index, const CaseOutcome& outcome) {
  group.rows.push_back(index);
  group.alike = group.alike && outcome.reason == group.example;
  if (!outcome.shortfall) return;
  const Shortfall& s = *outcome.shortfall;
  group.needed_least = std::min(group.needed_least, s.needed);
  group.needed_most = std::max(group.needed_most, s.needed);
  group.available_least = std::min(group.available_least, s.available);
  group.available_most = std::max(group.available_most, s.available);
}

ReasonGroup group_from(const CaseOutcome& outcome) {
  ReasonGroup group;
  group.status = outcome.status;
  group.example = outcome.reason;
  if (!outcome.shortfall) return group;
  const Shortfall& s = *outcome.shortfall;
  group.what = s.what;
  group.unit = s.unit;
  group.knob = s.knob;
  group.needed_least = group.needed_most = s.needed;
  group.available_least = group.available_most = s.available;
  return group;
}

std::string range_text(double least, double most, const std::string& unit) {
  const std::string from = quantity_text(least, unit), to = quantity_text(most, unit);
  return from == to ? from : fmt::format("{} to {}", from, to);
}

}  // namespace

std::string ReasonGroup::text() const {
  if (what.empty()) return alike ? example : example + " (and the like)";
  std::string text = fmt::format("{} {} needed, {} there", what, range_text(needed_least, needed_most, unit),
                                 range_text(available_least, available_most, unit));
  if (!knob.empty()) text += fmt::format("; {} closes it", knob);
  return text;
}

std::vector<ReasonGroup> reason_groups(const Results& results) {
  std::map<Cause, std::size_t> known;
  std::vector<ReasonGroup> groups;
  for (std::size_t i = 0; i < results.rows.size(); ++i) {
    const CaseOutcome& outcome = results.rows[i].outcome;
    if (outcome.status != Status::infeasible && outcome.status != Status::crashed &&
        outcome.status != Status::timed_out)
      continue;
    const auto [at, is_new] = known.try_emplace(key_of(outcome), groups.size());
    if (is_new) groups.push_back(group_from(outcome));
    add(groups[at->second], i, outcome);
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const ReasonGroup& a, const ReasonGroup& b) { return a.rows.size() > b.rows.size(); });
  return groups;
}

}  // namespace inf::workflow::sweep
