#include "tools/workflow/sweep/explore_walk.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <set>
#include <utility>

#include "isa/base/error.h"
#include "tools/workflow/sweep/interrupts.h"
#include "tools/workflow/sweep/pool.h"

namespace inf::workflow::sweep {
namespace {

using Clock = std::chrono::steady_clock;

bool failed(Status status) { return status == Status::crashed || status == Status::timed_out; }

/// One process's walk with its workers.
class Explorer {
 public:
  Explorer(const Sweep& sweep, Strategy& strategy, const SweepParts& parts, Store& store, const ExploreOptions& options,
           const std::function<void(const SweepProgress&)>& tell)
      : sweep_(sweep),
        strategy_(strategy),
        store_(store),
        options_(options),
        tell_(tell),
        walk_(sweep, strategy, parts, options.prune, options.shard),
        pool_(task_work(sweep, parts),
              {.jobs = options.jobs, .timeout_s = sweep.timeout_s, .wake = interrupts_.handle(), .in_worker = [&store] {
                 store.leave_after_fork();
               }}) {}

  Results run() {
    while (open_round()) {
      while (!first_is_decided()) {
        start_tasks();
        // Only now: workers are busy while this process waits for the disk.
        save();
        take(pool_.wait());
        stop_if_asked();
        tell_(progress());
      }
      close();
    }
    save();
    Results results;
    results.rows = walk_.take_rows();
    results.host = {seconds(), computed_, options_.jobs};
    return results;
  }

 private:
  struct Running {
    Candidate* candidate = nullptr;
    std::vector<std::string> keys;  ///< that nobody else should compute meanwhile
  };

  bool open_round();
  void learn(Round& round);
  bool decide(Candidate& candidate);
  bool first_is_decided();
  void start_tasks();
  bool start_one();
  bool start(Candidate& candidate);
  void take(const std::vector<WorkerPool::Event>& events);
  void hear(Candidate& candidate, const CaseReport& report);
  void fail(Candidate& candidate, Status status, const std::string& reason);
  void keep(const Candidate& candidate, std::size_t index, const CaseOutcome& outcome);
  void save() {
    store_.put(unsaved_);
    unsaved_.clear();
  }
  void stop_if_asked();
  void close();
  void count(const CaseOutcome& outcome, SweepProgress& p) const;
  SweepProgress progress() const;
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  const Sweep& sweep_;
  Strategy& strategy_;
  Store& store_;
  const ExploreOptions& options_;
  const std::function<void(const SweepProgress&)>& tell_;
  Interrupts interrupts_;
  Walk walk_;
  WorkerPool pool_;
  bool more_ = true;  ///< rounds may be left
  std::map<std::string, CaseOutcome> known_;
  std::map<std::string, Bound> bounds_;  ///< of cases under way
  std::map<std::size_t, Running> running_;
  std::set<std::string> busy_;
  std::set<std::size_t> tried_, killed_;
  std::vector<StoredOutcome> unsaved_;
  std::size_t computed_ = 0;         ///< cases
  std::size_t computed_points_ = 0;  ///< with at least one case computed here
  std::size_t resumed_ = 0;          ///< points that the database decides
  SweepProgress closed_;
  Clock::time_point start_ = Clock::now();
};

/// The first round that is open, or a new one.
bool Explorer::open_round() {
  if (!walk_.rounds().empty()) return true;
  stop_if_asked();
  more_ = more_ && walk_.propose();
  if (more_) learn(walk_.rounds().back());
  return more_;
}

/// What the database has of a round.
void Explorer::learn(Round& round) {
  std::vector<StoredPoint> points;
  for (Candidate& candidate : round) {
    if (candidate.own) points.push_back({candidate.row.key, candidate.row.settings, candidate.keys});
    for (const std::string& key : candidate.keys) {
      if (known_.contains(key)) continue;
      const std::optional<CaseOutcome> outcome = store_.find(key);
      if (outcome && !(options_.retry && failed(outcome->status))) known_[key] = *outcome;
    }
    const auto is_known = [](const auto& known) { return known.has_value(); };
    const auto& facts = candidate.facts.known;
    resumed_ += candidate.own && decide(candidate) && std::any_of(facts.begin(), facts.end(), is_known);
  }
  store_.put_points(points);
}

bool Explorer::decide(Candidate& candidate) {
  if (candidate.decision.outcome) return true;
  for (std::size_t i = 0; i < candidate.keys.size(); ++i)
    if (const auto at = known_.find(candidate.keys[i]); at != known_.end()) candidate.facts.known[i] = at->second;
  walk_.decide(candidate);
  return candidate.decision.outcome.has_value();
}

bool Explorer::first_is_decided() {
  Round& round = walk_.rounds().front();
  return std::all_of(round.begin(), round.end(), [&](Candidate& c) {
    // Also where the last answer is there: its worker has still to say that it has finished.
    return !running_.contains(c.row.number) && (decide(c) || !c.own);
  });
}

void Explorer::start_tasks() {
  while (pool_.has_room()) {
    if (start_one()) continue;
    // Nothing is left that could start: rather than wait for the round's last points, go on with the next one.
    const std::size_t enough = 2 + static_cast<std::size_t>(options_.jobs) / kRound;
    if (!more_ || !walk_.may_look_ahead() || walk_.rounds().size() >= enough) return;
    more_ = walk_.propose();
    if (!more_) return;
    learn(walk_.rounds().back());
  }
}

bool Explorer::start_one() {
  for (Round& round : walk_.rounds())
    for (Candidate& candidate : round)
      if (candidate.own && !running_.contains(candidate.row.number) && !decide(candidate) && start(candidate))
        return true;
  return false;
}

/// Gives a point to a worker, unless a case of it is under way as another point's.
bool Explorer::start(Candidate& candidate) {
  Running running{&candidate, {}};
  for (std::size_t i = 0; i < candidate.keys.size(); ++i) {
    const auto& known = candidate.facts.known[i];
    if (known && known->status != Status::discarded) continue;
    if (busy_.contains(candidate.keys[i])) return false;
    running.keys.push_back(candidate.keys[i]);
  }
  const std::size_t number = candidate.row.number;
  if (!tried_.insert(number).second)
    throw Error(ErrorKind::internal, fmt::format("point {}", number), "is not decided by what was computed of it");
  pool_.start(number, task_text({candidate.row.settings, candidate.facts.rooflines, candidate.facts.known,
                                 walk_.prunes(), walk_.front()}));
  busy_.insert(running.keys.begin(), running.keys.end());
  running_[number] = std::move(running);
  return true;
}

void Explorer::take(const std::vector<WorkerPool::Event>& events) {
  for (const WorkerPool::Event& event : events) {
    Candidate& candidate = *running_.at(event.task).candidate;
    switch (event.kind) {
      case WorkerPool::Event::Kind::answer: hear(candidate, parse_report(event.text)); continue;
      case WorkerPool::Event::Kind::finished: break;
      case WorkerPool::Event::Kind::died:
        // A person or the system did it, perhaps for another point's sake: the point gets a second chance.
        if (event.from_outside && killed_.insert(event.task).second)
          tried_.erase(event.task);
        else
          fail(candidate, Status::crashed, event.text);
        break;
      case WorkerPool::Event::Kind::timed_out:
        fail(candidate, Status::timed_out, fmt::format("timed out after {} s", sweep_.timeout_s));
        break;
      case WorkerPool::Event::Kind::refused:
        save();
        throw Error(ErrorKind::usage, fmt::format("point {}", event.task), event.text,
                    {"what was finished is stored; the same command goes on where this one stopped"});
    }
    for (const std::string& key : running_.at(event.task).keys) busy_.erase(key);
    running_.erase(event.task);
    ++computed_points_;
  }
}

void Explorer::hear(Candidate& candidate, const CaseReport& report) {
  if (report.outcome.status == Status::missing) {
    bounds_[candidate.keys.at(report.index)] = report.outcome.bound.value();
    return;
  }
  keep(candidate, report.index, report.outcome);
}

/// A worker's death or slowness is the outcome of the case that it was at.
void Explorer::fail(Candidate& candidate, Status status, const std::string& reason) {
  if (decide(candidate)) return;
  const std::size_t index = candidate.decision.next;
  CaseOutcome outcome;
  outcome.status = status;
  outcome.reason = reason;
  if (const auto at = bounds_.find(candidate.keys[index]); at != bounds_.end()) outcome.bound = at->second;
  keep(candidate, index, outcome);
}

void Explorer::keep(const Candidate& candidate, std::size_t index, const CaseOutcome& outcome) {
  const std::string& key = candidate.keys.at(index);
  bounds_.erase(key);
  known_[key] = outcome;
  unsaved_.push_back({key, sweep_.workloads[index].name, outcome});
  ++computed_;
}

void Explorer::stop_if_asked() {
  const int signal = interrupts_.signal();
  if (signal == 0) return;
  save();
  throw Interrupted(signal, store_.file().string(),
                    fmt::format("stopped by {} after {} cases; everything that was finished is stored",
                                signal == SIGINT ? "Ctrl-C" : "SIGTERM", computed_),
                    {"the same command goes on where this one stopped"});
}

/// Adds a point to what is told of the sweep.
void Explorer::count(const CaseOutcome& outcome, SweepProgress& p) const {
  ++p.done;
  p.discarded += outcome.status == Status::discarded;
  p.failed += outcome.status == Status::infeasible || failed(outcome.status);
  if (!reaches(outcome, sweep_)) return;
  const std::vector<double> values = minimised(outcome.metrics, sweep_.objectives);
  const bool first = p.best.empty();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Metric metric = sweep_.objectives[i];
    const double value = outcome.metrics[metric];
    if (first)
      p.best.emplace_back(metric, value);
    else if (info(metric).more_is_better ? value > p.best[i].second : value < p.best[i].second)
      p.best[i].second = value;
  }
}

void Explorer::close() {
  std::set<std::size_t> own;
  for (const Candidate& candidate : walk_.rounds().front())
    if (candidate.own) own.insert(candidate.row.number);
  const std::size_t first = walk_.rows().size();
  walk_.close();
  for (std::size_t i = first; i < walk_.rows().size(); ++i)
    if (const Row& row = walk_.rows()[i]; own.contains(row.number)) count(row.outcome, closed_);
}

SweepProgress Explorer::progress() const {
  SweepProgress p = closed_;
  for (const Round& round : walk_.rounds())
    for (const Candidate& candidate : round)
      if (candidate.own && candidate.decision.outcome) count(*candidate.decision.outcome, p);
  const auto shards = static_cast<std::size_t>(options_.shard.count);
  p.planned = std::max(p.done, (strategy_.planned() + shards - 1) / shards);
  const double time = seconds();
  p.rate = static_cast<double>(computed_points_) / time;
  // What the database had took no time.
  if (p.done > resumed_)
    p.eta_s = time * static_cast<double>(p.planned - p.done) / static_cast<double>(p.done - resumed_);
  return p;
}

}  // namespace

Results explore_walk(const Sweep& sweep, Strategy& strategy, const SweepParts& parts, Store& store,
                     const ExploreOptions& options, const std::function<void(const SweepProgress&)>& tell) {
  return Explorer(sweep, strategy, parts, store, options, tell).run();
}

Results replay_walk(const Sweep& sweep, Strategy& strategy, const SweepParts& parts, const Store& store, bool prune) {
  Walk walk(sweep, strategy, parts, prune, {});
  while (walk.propose()) {
    for (Candidate& candidate : walk.rounds().front())
      for (std::size_t i = 0; i < candidate.keys.size(); ++i) candidate.facts.known[i] = store.find(candidate.keys[i]);
    walk.close();
  }
  Results results;
  results.rows = walk.take_rows();
  return results;
}

}  // namespace inf::workflow::sweep
