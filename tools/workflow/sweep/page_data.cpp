#include "tools/workflow/sweep/page_data.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "tools/workflow/json_parts.h"
#include "tools/workflow/sweep/describe.h"
#include "tools/workflow/sweep/reasons.h"
#include "tools/workflow/sweep/row.h"

namespace inf::workflow::sweep {
namespace {

using Json = nlohmann::ordered_json;

/// Texts by number, each kept once.
class Texts {
 public:
  std::int64_t number(const std::string& text) {
    if (text.empty()) return -1;
    const auto [at, is_new] = known_.try_emplace(text, static_cast<std::int64_t>(known_.size()));
    if (is_new) list_.push_back(text);
    return at->second;
  }
  Json take() { return std::move(list_); }

 private:
  std::map<std::string, std::int64_t> known_;
  Json list_ = Json::array();
};

template <typename Of>
Json column(const Results& results, Of of) {
  Json list = Json::array();
  for (const Row& row : results.rows) list.push_back(of(row));
  return list;
}

/// Columns of the metrics that any row has.
template <typename Of>
Json metric_columns(const Results& results, Of of) {
  Json columns = Json::object();
  for (const MetricInfo& m : metrics()) {
    Json list = column(results, [&](const Row& row) {
      const Metrics* values = of(row);
      return values != nullptr ? figure((*values)[m.metric]) : Json(nullptr);
    });
    if (std::any_of(list.begin(), list.end(), [](const Json& v) { return !v.is_null(); }))
      columns[m.name] = std::move(list);
  }
  return columns;
}

Json status_column(const Results& results) {
  return column(results, [](const Row& row) {
    return std::find(std::begin(kStatuses), std::end(kStatuses), row.outcome.status) - std::begin(kStatuses);
  });
}

Json rows_data(const Sweep& sweep, const Results& results, Texts& texts) {
  Json rows = {{"number", column(results, [](const Row& r) { return r.number; })},
               {"key", column(results, [](const Row& r) { return r.key; })},
               {"status", status_column(results)},
               {"within", column(results, [](const Row& r) { return r.within_limits ? 1 : 0; })},
               {"front", column(results, [](const Row& r) { return r.on_front ? 1 : 0; })}};
  rows["levels"] = Json::array();
  for (std::size_t a = 0; a < sweep.space.axes.size(); ++a)
    rows["levels"].push_back(column(results, [&](const Row& r) { return r.point[a]; }));
  rows["linked"] = Json::array();
  for (const Space::Linked& linked : sweep.space.linked)
    rows["linked"].push_back(column(results, [&](const Row& r) { return texts.number(setting(r, linked.key)); }));
  const auto done = [](const CaseOutcome& o) { return o.status == Status::done ? &o.metrics : nullptr; };
  rows["metrics"] = metric_columns(results, [&](const Row& r) { return done(r.outcome); });
  rows["best"] = metric_columns(results, [](const Row& r) { return bound_of(r) ? &bound_of(r)->best : nullptr; });
  rows["level"] =
      column(results, [&](const Row& r) { return texts.number(bound_of(r) ? bound_of(r)->level : std::string()); });
  rows["proof"] =
      column(results, [&](const Row& r) { return texts.number(bound_of(r) ? bound_of(r)->proof : std::string()); });
  rows["reason"] = column(results, [&](const Row& r) { return texts.number(r.outcome.reason); });
  rows["workloads"] = Json::array();
  if (sweep.workloads.size() < 2) return rows;
  for (std::size_t w = 0; w < sweep.workloads.size(); ++w)
    rows["workloads"].push_back(
        metric_columns(results, [&](const Row& r) { return w < r.cases.size() ? done(r.cases[w]) : nullptr; }));
  return rows;
}

Json metric_list() {
  Json list = Json::array();
  for (const MetricInfo& m : metrics())
    list.push_back({{"name", m.name}, {"unit", m.unit}, {"more_is_better", m.more_is_better}, {"meaning", m.meaning}});
  return list;
}

}  // namespace

Json page_data(const Sweep& sweep, const Results& results) {
  Json json = {{"document", "inf-sim sweep, page"}};
  json.update(describe(sweep, results));
  json["metrics"] = metric_list();
  json["statuses"] = Json::array();
  for (const Status status : kStatuses) json["statuses"].push_back(name(status));
  Texts texts;
  json["rows"] = rows_data(sweep, results, texts);
  json["texts"] = texts.take();
  json["front"] = results.front;
  json["importance"] = Json::array();
  for (const Importance& i : results.importance) {
    Json share = Json::array(), chance = Json::array();
    for (const double s : i.share) share.push_back(figure(s));
    for (const double c : i.chance) chance.push_back(figure(c));
    json["importance"].push_back({{"share", std::move(share)}, {"chance", std::move(chance)}});
  }
  json["reasons"] = Json::array();
  for (const ReasonGroup& group : reason_groups(results))
    json["reasons"].push_back(
        {{"status", name(group.status)}, {"text", group.text()}, {"knob", group.knob}, {"rows", group.rows}});
  return json;
}

}  // namespace inf::workflow::sweep
