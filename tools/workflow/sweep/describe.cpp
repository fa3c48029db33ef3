#include "tools/workflow/sweep/describe.h"

#include "tools/workflow/json_parts.h"
#include "tools/workflow/sweep/importance.h"

namespace inf::workflow::sweep {
namespace {

using Json = nlohmann::ordered_json;

const char* name(StrategyKind kind) {
  switch (kind) {
    case StrategyKind::grid: return "grid";
    case StrategyKind::random: return "random";
    case StrategyKind::sobol: return "sobol";
    case StrategyKind::nsga2: return "nsga2";
  }
  return "";
}

Json strategy_json(const StrategyOptions& options) {
  Json json = {{"kind", name(options.kind)}};
  if (options.budget) json["budget"] = *options.budget;
  if (options.kind != StrategyKind::grid) json["seed"] = options.seed;
  if (options.kind == StrategyKind::nsga2) {
    json["population"] = options.population;
    json["islands"] = options.islands;
  }
  return json;
}

Json sweep_json(const Sweep& sweep, const Results& results) {
  Json workloads = Json::array();
  for (const SweepWorkload& w : sweep.workloads)
    workloads.push_back({{"workload", w.name}, {"weight", figure(w.weight)}});
  return {{"name", sweep.name},
          {"title", sweep.title},
          {"hash", results.sweep_hash},
          {"mode", sweep.mode == RunOptions::Mode::both ? "both" : "timing"},
          {"strategy", strategy_json(sweep.strategy)},
          {"workloads", std::move(workloads)}};
}

Json axis_json(const Axis& axis) {
  Json levels = Json::array(), numbers = Json::array();
  for (const Level& level : axis.levels) {
    levels.push_back(level.text);
    numbers.push_back(level.number ? Json(*level.number) : Json(nullptr));
  }
  return {{"key", axis.key}, {"unit", axis.unit}, {"levels", std::move(levels)}, {"numbers", std::move(numbers)}};
}

}  // namespace

Json describe(const Sweep& sweep, const Results& results) {
  Json json = {{"sweep", sweep_json(sweep, results)}};
  const Space& space = sweep.space;
  for (const char* list : {"axes", "linked", "fixed", "constraints", "objectives", "limits"})
    json[list] = Json::array();
  for (const Axis& axis : space.axes) json["axes"].push_back(axis_json(axis));
  for (const Space::Linked& l : space.linked) json["linked"].push_back({{"key", l.key}, {"formula", l.formula}});
  for (const Setting& s : space.fixed) json["fixed"].push_back({{"key", s.key}, {"value", s.text}});
  for (const Space::Constraint& c : space.constraints) json["constraints"].push_back(c.formula);
  for (const Metric m : sweep.objectives)
    json["objectives"].push_back({{"metric", info(m).name},
                                  {"column", info(m).column},
                                  {"unit", info(m).unit},
                                  {"more_is_better", info(m).more_is_better},
                                  {"scale", spans_decades(measured(results.rows, m)) ? "logarithmic" : "linear"}});
  for (const Limit& l : sweep.limits)
    json["limits"].push_back({{"metric", info(l.metric).name}, {"bound", figure(l.bound)}});
  return json;
}

Json counts_json(const Results& results) {
  Json json = Json::object();
  for (const Status status : kStatuses) json[sweep::name(status)] = results.count(status);
  return json;
}

}  // namespace inf::workflow::sweep
