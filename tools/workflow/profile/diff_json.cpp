#include <nlohmann/json.hpp>

#include "tools/workflow/json_parts.h"
#include "tools/workflow/profile/diff.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

Json run_json(const Diff& diff, const Profile& run, const std::string& file, std::int64_t ticks) {
  return {{"file", file},     {"workload", run.workload},    {"model", run.model},
          {"chip", run.chip}, {"chip_hash", run.chip_hash},  {"precision", run.precision},
          {"ticks", ticks},   {"ns", figure(diff.ns(ticks))}};
}

Json row_json(const DiffRow& row) {
  return {{"name", row.name}, {"a_ticks", row.a}, {"b_ticks", row.b}, {"change_ticks", row.change()}};
}

Json rows_json(const std::vector<DiffRow>& rows) {
  Json list = Json::array();
  for (const DiffRow& row : rows) list.push_back(row_json(row));
  return list;
}

Json operators_json(const Diff& diff) {
  Json list = Json::array();
  for (const DiffOperator& op : diff.operators) {
    Json json = row_json(op);
    json["match"] = name(op.match);
    json["in_a"] = op.in_a;
    json["in_b"] = op.in_b;
    json["causes"] = rows_json(op.causes);
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

std::string diff_json(const Diff& diff, const Profile& a, const Profile& b, const std::string& name_a,
                      const std::string& name_b) {
  Json json = {{"document", "inf-sim diff"}, {"version", kVersion}};
  json["a"] = run_json(diff, a, name_a, diff.a);
  json["b"] = run_json(diff, b, name_b, diff.b);
  json["tick_mhz"] = diff.tick_mhz;
  json["change_ticks"] = diff.change();
  json["change_ns"] = figure(diff.ns(diff.change()));
  json["critical_path"] = diff.path;
  json["sentence"] = diff.sentence;
  json["by_engine"] = rows_json(diff.engines);
  json["by_cause"] = rows_json(diff.causes);
  json["by_layer"] = rows_json(diff.layers);
  json["by_operator"] = operators_json(diff);
  json["settings"] = Json::array();
  for (const DiffText& s : diff.settings) json["settings"].push_back({{"name", s.name}, {"a", s.a}, {"b", s.b}});
  json["metrics"] = Json::array();
  for (const DiffMetric& m : diff.metrics)
    json["metrics"].push_back({{"name", m.name}, {"unit", m.unit}, {"a", figure(m.a)}, {"b", figure(m.b)}});
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow
