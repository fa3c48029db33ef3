#include "tools/workflow/sweep/repeat.h"

#include <fmt/core.h>

#include <set>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "isa/base/read_number.h"
#include "tools/workflow/sweep/evaluate.h"
#include "tools/workflow/sweep/pool.h"

namespace inf::workflow::sweep {
namespace {

/// Everything that must come back, as one text.
std::string comparable(CaseOutcome outcome) {
  outcome.seconds = 0;
  return outcome_text(outcome);
}

bool as_stored(const CaseOutcome& stored, const CaseOutcome& now) {
  switch (stored.status) {
    case Status::missing: return true;
    case Status::crashed:
    case Status::timed_out: return now.status == stored.status;
    case Status::discarded: {
      CaseOutcome was, is;
      was.bound = stored.bound, is.bound = now.bound;
      return comparable(was) == comparable(is);
    }
    case Status::done:
    case Status::infeasible: return comparable(stored) == comparable(now);
  }
  return false;
}

/// Computes each case in a process of its own.
std::vector<CaseOutcome> outcomes_of(const Sweep& sweep, const std::vector<Case>& cases) {
  std::vector<CaseOutcome> outcomes(cases.size());
  const auto work = [&cases](const std::string& task, const WorkerPool::Answer& answer) {
    Evaluator evaluator;
    std::optional<Bound> shown;
    const Case& c = cases.at(*read_number<std::size_t>(task));
    CaseOutcome outcome = evaluator.evaluate(c, [&](const Bound& bound) {
      shown = bound;
      return false;
    });
    if (shown) outcome.bound = shown;
    answer(outcome_text(outcome));
  };
  WorkerPool::Options options;
  options.timeout_s = sweep.timeout_s;
  WorkerPool pool(work, std::move(options));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    pool.start(i, std::to_string(i));
    while (pool.busy() > 0)
      for (const WorkerPool::Event& event : pool.wait()) {
        CaseOutcome& outcome = outcomes[event.task];
        switch (event.kind) {
          case WorkerPool::Event::Kind::answer: outcome = parse_outcome(event.text); break;
          case WorkerPool::Event::Kind::finished: break;
          case WorkerPool::Event::Kind::died: outcome.status = Status::crashed, outcome.reason = event.text; break;
          case WorkerPool::Event::Kind::timed_out:
            outcome.status = Status::timed_out, outcome.reason = event.text;
            break;
          case WorkerPool::Event::Kind::refused: throw Error(ErrorKind::usage, "", event.text);
        }
      }
  }
  return outcomes;
}

[[noreturn]] void refuse_key(const Store& store, const std::string& key) {
  std::set<std::string> beginnings;
  for (const std::string& known : store.keys()) beginnings.insert(known.substr(0, key.size()));
  throw Error(ErrorKind::usage, store.file().string(),
              fmt::format("no point's key begins with '{}'{}", key, did_you_mean(key, beginnings)),
              {"inf-sim sweep pareto FILE.db --csv F writes all of them; the beginning of one is enough"});
}

}  // namespace

Repetition find_point(const Sweep& sweep, const Store& store, const std::string& key) {
  const std::optional<StoredPoint> point = key.empty() ? std::nullopt : store.point(key);
  if (!point) refuse_key(store, key);
  Repetition repetition{*point, Resolver(sweep).cases(point->settings), {}, {}};
  for (std::size_t i = 0; i < repetition.cases.size(); ++i)
    if (point->cases.size() != repetition.cases.size() || repetition.cases[i].key != point->cases[i])
      throw Error(ErrorKind::usage, store.file().string(),
                  fmt::format("the inputs of point {} have changed since: {} with its chip, instance and model is "
                              "another case now",
                              point->key.substr(0, 12), sweep.workloads[i].file.string()),
                  {"inf-sim sweep S.yaml computes what a change touches"});
  return repetition;
}

void repeat(const Sweep& sweep, const Store& store, Repetition& repetition) {
  const std::vector<CaseOutcome> outcomes = outcomes_of(sweep, repetition.cases);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Case& c = repetition.cases[i];
    Repeated one{sweep.workloads[i].name, c.key, store.find(c.key), outcomes[i], true};
    if (const CaseOutcome stored = one.stored.value_or(CaseOutcome()); stored.status == Status::missing)
      one.stored.reset();
    else
      one.same = as_stored(stored, one.now);
    repetition.outcomes.push_back(std::move(one));
  }
}

}  // namespace inf::workflow::sweep
