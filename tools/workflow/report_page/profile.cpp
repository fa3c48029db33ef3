#include <algorithm>
#include <map>
#include <tuple>

#include "tools/workflow/json_parts.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/profile/breakdown.h"
#include "tools/workflow/profile/glossary.h"
#include "tools/workflow/report_page/parts.h"

namespace inf::workflow::page {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kUsagePoints = 900;  // about the pixels of a chart

Json what_if_json(const Profile& profile, const WhatIf& w) {
  return {{"parameter", w.parameter},
          {"unit", w.unit},
          {"value", figure(w.value)},
          {"lower", figure(w.lower)},
          {"upper", figure(w.upper)},
          {"lower_ns", figure(profile.ns(w.ticks_lower))},
          {"upper_ns", figure(profile.ns(w.ticks_upper))},
          {"method", w.method},
          {"elasticity", figure(w.elasticity)}};
}

/// The critical path, or without one what each operator added. Ticks by engine, cause and operator.
using Parts = std::map<std::tuple<std::string, std::string, int>, std::int64_t>;

Parts parts_of(const Profile& profile) {
  Parts parts;
  for (const PathStretch& s : profile.path) parts[{s.engine, s.cause, s.op}] += s.to - s.from;
  if (!parts.empty()) return parts;
  const std::vector<std::int64_t> added = operator_ticks(profile);
  std::int64_t rest = profile.ticks;
  for (std::size_t i = 0; i < added.size(); ++i) {
    const std::string& busiest = profile.operators[i].use.busiest;
    if (added[i] != 0) parts[{busiest.empty() ? "none" : busiest, "added", static_cast<int>(i)}] = added[i];
    rest -= added[i];
  }
  if (rest > 0) parts[{"none", "added", -1}] = rest;
  return parts;
}

}  // namespace

Json breakdown(const Profile& profile) {
  const Parts parts = parts_of(profile);
  std::vector<std::pair<Parts::key_type, std::int64_t>> sorted(parts.begin(), parts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  Json engines = Json::array(), causes = Json::array(), ops = Json::array(), ticks = Json::array();
  for (const auto& [key, value] : sorted) {
    engines.push_back(std::get<0>(key));
    causes.push_back(std::get<1>(key));
    ops.push_back(std::get<2>(key));
    ticks.push_back(value);
  }
  return {{"of", profile.path.empty() ? "operators" : "critical path"},
          {"engine", engines},
          {"cause", causes},
          {"op", ops},
          {"ticks", ticks}};
}

Json profile(const Calls& calls, const arch::ChipSpec& chip, DType dtype) {
  const Profile& profile = calls.profile;
  Json json = {{"ticks", profile.ticks}, {"tick_mhz", profile.tick_mhz}, {"warnings", profile.warnings}};
  json["programs"] = Json::array();
  for (std::size_t i = 0; i < profile.programs.size(); ++i) {
    const ProfileProgram& p = profile.programs[i];
    const bool first = std::find(calls.firsts.begin(), calls.firsts.end(), static_cast<int>(i)) != calls.firsts.end();
    json["programs"].push_back({{"name", p.name},
                                {"chip", p.chip},
                                {"core", p.core},
                                {"start_ticks", p.start_ticks},
                                {"ticks", p.ticks},
                                {"first", first}});
  }
  json["engines"] = Json::array();
  for (const EngineUse& e : profile.engines) {
    Json idle = Json::object();
    for (const auto& [reason, ns] : e.idle_ns) idle[reason] = figure(ns);
    json["engines"].push_back({{"engine", e.engine},
                               {"busy_ns", figure(e.busy_ns)},
                               {"utilisation", figure(e.utilisation)},
                               {"instructions", e.instructions},
                               {"idle_ns", idle}});
  }
  json["what_if"] = Json::array();
  for (const WhatIf& w : profile.what_if) json["what_if"].push_back(what_if_json(profile, w));
  json["findings"] = Json::array();
  for (const Finding& f : profile.findings)
    json["findings"].push_back({{"condition", f.condition},
                                {"cause", f.cause},
                                {"advice", f.advice},
                                {"gain_ns", figure(f.gain_ns)},
                                {"gain", figure(f.gain)}});
  json["metrics"] = Json::array();
  for (const Metric& m : profile.metrics)
    json["metrics"].push_back(
        {{"name", m.name}, {"unit", m.unit}, {"value", figure(m.value)}, {"definition", m.definition}});
  json["roofline"] = {{"peak_tflops", figure(peak_tflops(chip, dtype))},
                      {"bytes_per_ns", figure(core_bytes_per_ns(chip))}};
  return json;
}

Json words() {
  Json causes = Json::object(), reasons = Json::object();
  for (const Term& term : glossary()) {
    if (term.kind == Term::Kind::path_cause) causes[term.name] = term.definition;
    if (term.kind == Term::Kind::stall_reason) reasons[term.name] = term.definition;
  }
  return {{"causes", causes}, {"reasons", reasons}};
}

Json usage(const Profile& profile) {
  Json list = Json::array();
  for (const Usage& usage : profile.usage) {
    if (usage.of.starts_with("PSUM bank")) continue;  // their sum is there
    const std::int64_t width = std::max<std::int64_t>(1, (profile.ticks + kUsagePoints - 1) / kUsagePoints);
    const auto points = static_cast<std::size_t>((profile.ticks + width - 1) / width);
    std::vector<double> sum(points, 0), most(points, 0);
    for (std::size_t i = 0; i < usage.steps.size(); ++i) {
      const std::int64_t end = i + 1 < usage.steps.size() ? usage.steps[i + 1].first : profile.ticks;
      const double value = usage.steps[i].second;
      for (std::int64_t at = std::max<std::int64_t>(0, usage.steps[i].first); at < std::min(end, profile.ticks);) {
        const std::int64_t until = std::min(std::min(end, profile.ticks), (at / width + 1) * width);
        sum[static_cast<std::size_t>(at / width)] += value * static_cast<double>(until - at);
        double& top = most[static_cast<std::size_t>(at / width)];
        top = std::max(top, value);
        at = until;
      }
    }
    Json mean = Json::array(), top = Json::array();
    for (std::size_t i = 0; i < points; ++i) {
      const std::int64_t length = std::min(width, profile.ticks - static_cast<std::int64_t>(i) * width);
      mean.push_back(figure(sum[i] / static_cast<double>(length)));
      top.push_back(figure(most[i]));
    }
    list.push_back({{"of", usage.of},
                    {"chip", usage.chip},
                    {"core", usage.core},
                    {"unit", usage.unit},
                    {"limit", figure(usage.limit)},
                    {"width_ticks", width},
                    {"mean", mean},
                    {"most", top}});
  }
  return list;
}

}  // namespace inf::workflow::page
