#include "tools/workflow/sweep/task.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "isa/base/error.h"
#include "tools/workflow/sweep/outcome_json.h"

namespace inf::workflow::sweep {
namespace {

using Json = nlohmann::ordered_json;

template <class T, class Write>
Json list_json(const std::vector<std::optional<T>>& list, const Write& write) {
  Json json = Json::array();
  for (const std::optional<T>& item : list) json.push_back(item ? write(*item) : Json());
  return json;
}

template <class T, class Read>
std::vector<std::optional<T>> list_from(const Json& json, const Read& read) {
  std::vector<std::optional<T>> list;
  for (const Json& item : json) list.push_back(item.is_null() ? std::nullopt : std::optional<T>(read(item)));
  return list;
}

}  // namespace

std::string task_text(const Task& task) {
  Json settings = Json::array(), front = Json::array();
  for (const Setting& s : task.settings) settings.push_back({s.key, s.text, s.place});
  for (const Reached& r : task.front) {
    Json values = Json::array();
    for (const double v : r.objectives) values.push_back(number_json(v));
    front.push_back({{"name", r.name}, {"objectives", values}});
  }
  return line_of({{"settings", settings},
                  {"rooflines", list_json(task.rooflines, bound_json)},
                  {"known", list_json(task.known, outcome_json)},
                  {"prune", task.prune},
                  {"front", front}});
}

Task parse_task(const std::string& text) {
  const Json json = Json::parse(text);
  Task task;
  for (const Json& s : json.at("settings")) task.settings.push_back({s.at(0), s.at(1), s.at(2)});
  task.rooflines = list_from<Bound>(json.at("rooflines"), bound_from);
  task.known = list_from<CaseOutcome>(json.at("known"), outcome_from);
  task.prune = json.at("prune");
  for (const Json& r : json.at("front")) {
    Reached& reached = task.front.emplace_back();
    reached.name = r.at("name");
    for (const Json& v : r.at("objectives")) reached.objectives.push_back(number_from(v));
  }
  return task;
}

std::string report_text(const CaseReport& report) {
  return line_of({{"case", report.index}, {"outcome", outcome_json(report.outcome)}});
}

CaseReport parse_report(const std::string& text) {
  const Json json = Json::parse(text);
  return {json.at("case"), outcome_from(json.at("outcome"))};
}

Refute refuter(const Sweep& sweep, bool prune, const std::vector<Reached>& front) {
  return [&sweep, prune, &front](const Bound& bound) {
    return prune ? discarded_by(bound, front, sweep) : std::optional<std::string>();
  };
}

PointFacts facts_of(const Sweep& sweep) {
  PointFacts facts;
  for (const SweepWorkload& w : sweep.workloads) {
    facts.names.push_back(w.name);
    facts.weights.push_back(w.weight);
  }
  facts.rooflines.resize(sweep.workloads.size());
  facts.known.resize(sweep.workloads.size());
  return facts;
}

namespace {

/// One case, told as it comes. `facts` is of its point and knows the case afterwards.
void compute(std::size_t index, const Case& c, const SweepParts& parts, const Refute& refute, PointFacts& facts,
             const WorkerPool::Answer& answer) {
  CaseOutcome under_way;
  const auto give_up = [&](const Bound& tiles) {
    // Told before it is used: should the process die of the case, its bound is known all the same.
    under_way.bound = tiles;
    answer(report_text({index, under_way}));
    facts.known[index] = under_way;
    facts.known[index]->status = Status::discarded;
    return decide(facts, refute).outcome.has_value();
  };
  CaseOutcome outcome = parts.evaluate(c, give_up);
  if (!outcome.bound) outcome.bound = under_way.bound;
  answer(report_text({index, outcome}));
  facts.known[index] = outcome;
}

}  // namespace

WorkerPool::Work task_work(const Sweep& sweep, const SweepParts& parts) {
  return [&sweep, parts](const std::string& text, const WorkerPool::Answer& answer) {
    const Task task = parse_task(text);
    const std::vector<Case> cases = parts.cases(task.settings);
    const Refute refute = refuter(sweep, task.prune, task.front);
    PointFacts facts = facts_of(sweep);
    facts.rooflines = task.rooflines;
    facts.known = task.known;
    std::vector<bool> computed(cases.size());
    for (Decision d = decide(facts, refute); !d.outcome; d = decide(facts, refute)) {
      if (computed.at(d.next)) throw Error(ErrorKind::internal, "sweep", "a computed case decides nothing");
      computed[d.next] = true;
      compute(d.next, cases[d.next], parts, refute, facts, answer);
    }
  };
}

}  // namespace inf::workflow::sweep
