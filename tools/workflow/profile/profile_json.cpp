#include <nlohmann/json.hpp>

#include "tools/workflow/json_parts.h"
#include "tools/workflow/profile/profile_text.h"
#include "tools/workflow/profile/stretches.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr std::size_t kStretches = 200;

Json part_json(const Profile& profile, const Part& part) {
  Json json = {{"name", part.name}, {"ticks", part.ticks}, {"ns", figure(profile.ns(part.ticks))}};
  json["share"] = figure(profile.ticks == 0 ? 0 : static_cast<double>(part.ticks) / static_cast<double>(profile.ticks));
  return json;
}

Json parts_json(const Profile& profile, const std::vector<Part>& parts) {
  Json list = Json::array();
  for (const Part& part : parts) list.push_back(part_json(profile, part));
  return list;
}

Json operator_json(const Profile& profile, const Part& part) {
  Json json = part_json(profile, part);
  if (part.op < 0) return json;
  const ProfileOperator& op = profile.operators[static_cast<std::size_t>(part.op)];
  json["kind"] = op.use.kind;
  json["nodes"] = op.use.nodes;
  json["layer"] = op.layer;
  json["bound"] = op.use.bound;
  json["causes"] = Json::object();
  for (const auto& [cause, ticks] : op.path_by_cause) json["causes"][cause] = ticks;
  json["rows_used"] = figure(op.work.rows_used);
  json["columns_used"] = figure(op.work.columns_used);
  json["transfers"] = op.work.transfers;
  json["descriptors"] = op.work.descriptors;
  json["dma_bytes"] = op.work.dma_bytes;
  return json;
}

Json split_json(const Profile& profile, By by) {
  const std::vector<Part> parts = split(profile, by);
  if (by != By::op) return parts_json(profile, parts);
  Json list = Json::array();
  for (const Part& part : parts) list.push_back(operator_json(profile, part));
  return list;
}

Json engines_json(const Profile& profile) {
  Json list = Json::array();
  for (const EngineTime& engine : engine_times(profile)) {
    Json idle = Json::object();
    for (const Part& part : engine.idle) idle[part.name] = part.ticks;
    list.push_back({{"engine", engine.engine},
                    {"instructions", engine.instructions},
                    {"busy_ticks", engine.busy},
                    {"idle_ticks", std::move(idle)}});
  }
  return list;
}

Json path_json(const Profile& profile) {
  Json list = Json::array();
  for (const Stretch& s : stretches(profile, kStretches)) {
    Json causes = Json::object();
    for (const Part& part : s.causes) causes[part.name] = part.ticks;
    list.push_back(
        {{"from_ticks", s.from},
         {"to_ticks", s.to},
         {"operator", s.op < 0 ? Json(nullptr) : Json(profile.operators[static_cast<std::size_t>(s.op)].use.name)},
         {"name", s.name},
         {"other_operators", s.others},
         {"causes", std::move(causes)}});
  }
  return list;
}

Json usage_json(const Profile& profile) {
  Json list = Json::array();
  for (const Usage& usage : profile.usage) {
    Json steps = Json::array();
    for (const auto& [tick, value] : usage.steps) steps.push_back({tick, figure(value)});
    list.push_back({{"of", usage.of},
                    {"chip", usage.chip},
                    {"core", usage.core},
                    {"unit", usage.unit},
                    {"limit", figure(usage.limit)},
                    {"steps", std::move(steps)}});
  }
  return list;
}

Json what_if_json(const Profile& profile) {
  Json list = Json::array();
  for (const WhatIf& w : profile.what_if)
    list.push_back({{"parameter", w.parameter},
                    {"unit", w.unit},
                    {"value", figure(w.value)},
                    {"lower", figure(w.lower)},
                    {"upper", figure(w.upper)},
                    {"ticks_lower", w.ticks_lower},
                    {"ticks_upper", w.ticks_upper},
                    {"elasticity", figure(w.elasticity)},
                    {"method", w.method}});
  return list;
}

Json findings_json(const Profile& profile) {
  Json list = Json::array();
  for (const Finding& f : profile.findings)
    list.push_back({{"condition", f.condition},
                    {"cause", f.cause},
                    {"advice", f.advice},
                    {"gain_ns", figure(f.gain_ns)},
                    {"gain", figure(f.gain)}});
  return list;
}

}  // namespace

std::string profile_json(const Profile& profile, const ProfileTextOptions& options) {
  Json json = {{"document", "inf-sim profile"},  {"version", kVersion},
               {"workload", profile.workload},   {"model", profile.model},
               {"precision", profile.precision}, {"mode", profile.mode}};
  json["chip"] = {{"name", profile.chip}, {"title", profile.chip_title}, {"hash", profile.chip_hash}};
  json["ticks"] = profile.ticks;
  json["tick_mhz"] = profile.tick_mhz;
  json["latency_ns"] = figure(profile.ns(profile.ticks));
  json["critical_path"] = !profile.path.empty();
  for (const By by : {By::engine, By::cause, By::layer, By::op})
    if (!options.by || *options.by == by) json["by_" + std::string(name(by))] = split_json(profile, by);
  if (options.by) return json.dump(2) + "\n";
  json["engines"] = engines_json(profile);
  json["path"] = path_json(profile);
  json["usage"] = usage_json(profile);
  json["what_if"] = what_if_json(profile);
  json["findings"] = findings_json(profile);
  json["metrics"] = Json::array();
  for (const Metric& m : profile.metrics)
    json["metrics"].push_back({{"name", m.name}, {"unit", m.unit}, {"value", figure(m.value)}});
  json["warnings"] = profile.warnings;
  json["settings"] = Json::object();
  for (const auto& [key, value] : profile.settings) json["settings"][key] = value;
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow
