#include "tools/workflow/json_parts.h"
#include "tools/workflow/sweep/describe.h"
#include "tools/workflow/sweep/importance.h"
#include "tools/workflow/sweep/reasons.h"
#include "tools/workflow/sweep/results.h"
#include "tools/workflow/sweep/row.h"

namespace inf::workflow::sweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;  // of the document in docs/json.md

/// Metrics that there are, by their columns.
Json metrics_json(const Metrics& values) {
  Json json = Json::object();
  for (const MetricInfo& m : metrics())
    if (const Json value = figure(values[m.metric]); !value.is_null()) json[m.column] = value;
  return json;
}

Json shortfall_json(const Shortfall& s) {
  return {{"what", s.what},
          {"needed", figure(s.needed)},
          {"available", figure(s.available)},
          {"unit", s.unit},
          {"knob", s.knob}};
}

Json bound_json(const Bound& bound) {
  return {{"level", bound.level}, {"best", metrics_json(bound.best)}, {"proof", bound.proof}};
}

Json outcome_json(const CaseOutcome& outcome) {
  Json json = {{"status", name(outcome.status)}};
  if (outcome.status == Status::done) {
    json["metrics"] = metrics_json(outcome.metrics);
    json["device_ns"] = figure(outcome.device_ns);
  }
  if (!outcome.reason.empty()) json["reason"] = outcome.reason;
  if (outcome.shortfall) json["shortfall"] = shortfall_json(*outcome.shortfall);
  if (outcome.bound) json["bound"] = bound_json(*outcome.bound);
  return json;
}

Json row_json(const Sweep& sweep, const Row& row) {
  Json json = {{"number", row.number}, {"key", row.key}};
  Json settings = Json::object();
  for (const Setting& s : row.settings) settings[s.key] = s.text;
  json["settings"] = std::move(settings);
  json.update(outcome_json(row.outcome));
  if (!row.outcome.bound && bound_of(row) != nullptr) json["bound"] = bound_json(*bound_of(row));
  json["within_limits"] = row.within_limits;
  json["on_front"] = row.on_front;
  if (row.cases.size() < 2) return json;
  json["workloads"] = Json::array();
  for (std::size_t w = 0; w < row.cases.size() && w < sweep.workloads.size(); ++w) {
    Json of = {{"workload", sweep.workloads[w].name}};
    of.update(outcome_json(row.cases[w]));
    json["workloads"].push_back(std::move(of));
  }
  return json;
}

Json importance_list(const Sweep& sweep, const Results& results) {
  Json list = Json::array();
  for (const Importance& i : results.importance) {
    Json share = Json::object(), chance = Json::object();
    for (std::size_t o = 0; o < sweep.objectives.size(); ++o) {
      share[info(sweep.objectives[o]).name] = figure(i.share[o]);
      chance[info(sweep.objectives[o]).name] = figure(i.chance[o]);
    }
    list.push_back({{"key", i.key}, {"share", share}, {"chance", chance}});
  }
  return list;
}

Json reasons_list(const Results& results) {
  Json list = Json::array();
  for (const ReasonGroup& group : reason_groups(results)) {
    Json numbers = Json::array();
    for (const std::size_t i : group.rows) numbers.push_back(results.rows[i].number);
    list.push_back({{"status", name(group.status)}, {"text", group.text()}, {"knob", group.knob}, {"points", numbers}});
  }
  return list;
}

}  // namespace

std::string results_json(const Sweep& sweep, const Results& results) {
  Json json = {{"document", "inf-sim sweep"}, {"version", kVersion}};
  json.update(describe(sweep, results));
  json["counts"] = counts_json(results);
  json["rows"] = Json::array();
  for (const Row& row : results.rows) json["rows"].push_back(row_json(sweep, row));
  json["front"] = Json::array();
  for (const std::size_t i : results.front) json["front"].push_back(results.rows[i].number);
  json["importance"] = importance_list(sweep, results);
  json["reasons"] = reasons_list(results);
  json["host"] = {
      {"seconds", figure(results.host.seconds)}, {"computed", results.host.computed}, {"jobs", results.host.jobs}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace inf::workflow::sweep
