#include "tools/workflow/profile/breakdown.h"

#include <algorithm>
#include <map>
#include <set>

namespace inf::workflow {
namespace {

constexpr const char* kNoOperator = "no operator";
constexpr const char* kRest = "not recorded";  // closes the sums of a store that was tampered with

/// Adds up by name and keeps the order in which names came first.
class Sums {
 public:
  void add(const std::string& name, std::int64_t ticks, int op = -1) {
    const auto [at, fresh] = index_.try_emplace({name, op}, parts_.size());
    if (fresh) parts_.push_back({name, 0, op});
    parts_[at->second].ticks += ticks;
  }
  /// Longest first; what is missing to `whole` closes them.
  std::vector<Part> take(std::int64_t whole) {
    std::int64_t sum = 0;
    for (const Part& part : parts_) sum += part.ticks;
    if (sum != whole) add(kRest, whole - sum);
    std::erase_if(parts_, [](const Part& part) { return part.ticks == 0; });
    std::stable_sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) { return a.ticks > b.ticks; });
    return std::move(parts_);
  }

 private:
  std::map<std::pair<std::string, int>, std::size_t> index_;
  std::vector<Part> parts_;
};

const ProfileOperator* operator_of(const Profile& profile, int op) {
  return op >= 0 && op < static_cast<int>(profile.operators.size()) ? &profile.operators[static_cast<std::size_t>(op)]
                                                                    : nullptr;
}

void add_operator(Sums& sums, const Profile& profile, By by, int op, std::int64_t ticks) {
  const ProfileOperator* found = operator_of(profile, op);
  if (found == nullptr)
    sums.add(kNoOperator, ticks);
  else if (by == By::op)
    sums.add(found->use.name, ticks, op);
  else
    sums.add(found->layer.empty() ? found->use.name : found->layer, ticks);
}

/// Rounded so that the sum of all stays what it is.
std::vector<std::int64_t> added_ticks(const Profile& profile) {
  std::vector<std::int64_t> ticks;
  double sum_ns = 0;
  std::int64_t sum = 0;
  for (const ProfileOperator& op : profile.operators) {
    sum_ns += op.use.added_ns;
    const std::int64_t until = std::min(profile.ticks_of(sum_ns), profile.ticks);
    ticks.push_back(until - sum);
    sum = until;
  }
  return ticks;
}

}  // namespace

std::vector<std::int64_t> operator_ticks(const Profile& profile) {
  if (profile.path.empty()) return added_ticks(profile);
  std::vector<std::int64_t> ticks(profile.operators.size(), 0);
  for (const PathStretch& s : profile.path)
    if (operator_of(profile, s.op) != nullptr) ticks[static_cast<std::size_t>(s.op)] += s.to - s.from;
  return ticks;
}

std::vector<Part> split(const Profile& profile, By by) {
  Sums sums;
  const bool by_operator = by == By::op || by == By::layer;
  if (profile.path.empty()) {
    if (!by_operator) return {};
    const std::vector<std::int64_t> added = added_ticks(profile);
    for (std::size_t i = 0; i < added.size(); ++i) add_operator(sums, profile, by, static_cast<int>(i), added[i]);
    return sums.take(profile.ticks);
  }
  for (const PathStretch& s : profile.path) {
    if (by_operator)
      add_operator(sums, profile, by, s.op, s.to - s.from);
    else
      sums.add(by == By::engine ? s.engine : s.cause, s.to - s.from);
  }
  return sums.take(profile.ticks);
}

std::vector<Part> closed(std::vector<Part> parts, std::size_t top) {
  if (parts.size() <= top + 1) return parts;
  Part rest{std::to_string(parts.size() - top) + " others", 0};
  for (std::size_t i = top; i < parts.size(); ++i) rest.ticks += parts[i].ticks;
  parts.resize(top);
  parts.push_back(std::move(rest));
  return parts;
}

int cores(const Profile& profile) {
  std::set<std::pair<int, int>> seen;
  for (const ProfileProgram& p : profile.programs) seen.emplace(p.chip, p.core);
  return std::max(1, static_cast<int>(seen.size()));
}

std::vector<EngineTime> engine_times(const Profile& profile) {
  std::vector<EngineTime> times;
  for (const EngineUse& use : profile.engines) {
    EngineTime time{use.engine, use.instructions, profile.ticks_of(use.busy_ns), {}};
    Sums idle;
    for (const auto& [reason, ns] : use.idle_ns) idle.add(reason, profile.ticks_of(ns));
    time.idle = idle.take(profile.ticks * cores(profile) - time.busy);
    times.push_back(std::move(time));
  }
  return times;
}

sim::PathCause path_cause(std::string_view text) {
  for (int i = 0; i < sim::kPathCauses; ++i)
    if (sim::name(static_cast<sim::PathCause>(i)) == text) return static_cast<sim::PathCause>(i);
  return sim::PathCause::other;
}

bool is_dma(sim::PathCause cause) {
  switch (cause) {
    case sim::PathCause::dma_trigger:
    case sim::PathCause::dma_start:
    case sim::PathCause::dma_queue:
    case sim::PathCause::dma_engine:
    case sim::PathCause::dma_data:
    case sim::PathCause::memory:
    case sim::PathCause::dma_complete: return true;
    case sim::PathCause::issue:
    case sim::PathCause::datapath:
    case sim::PathCause::latency:
    case sim::PathCause::weight_switch:
    case sim::PathCause::table_load:
    case sim::PathCause::port:
    case sim::PathCause::semaphore:
    case sim::PathCause::other: return false;
  }
  return false;
}

}  // namespace inf::workflow
