#include <fmt/core.h>

#include <cmath>

#include "isa/base/error.h"
#include "tools/workflow/sweep/outcome_json.h"

namespace inf::workflow::sweep {
namespace {

using Json = nlohmann::ordered_json;

Json shortfall_json(const Shortfall& s) {
  return {{"what", s.what},
          {"needed", number_json(s.needed)},
          {"available", number_json(s.available)},
          {"unit", s.unit},
          {"knob", s.knob}};
}

Shortfall shortfall_from(const Json& json) {
  return {json.at("what"), number_from(json.at("needed")), number_from(json.at("available")), json.at("unit"),
          json.at("knob")};
}

}  // namespace

Json number_json(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

double number_from(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const std::string text = json.get<std::string>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return text == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
}

Json metrics_json(const Metrics& of) {
  Json json = Json::object();
  for (const MetricInfo& m : metrics())
    if (!std::isnan(of[m.metric])) json[m.column] = number_json(of[m.metric]);
  return json;
}

Metrics metrics_from(const Json& json) {
  Metrics of;
  for (const MetricInfo& m : metrics())
    if (json.contains(m.column)) of[m.metric] = number_from(json.at(m.column));
  return of;
}

Json bound_json(const Bound& bound) {
  return {{"level", bound.level}, {"best", metrics_json(bound.best)}, {"proof", bound.proof}};
}

Bound bound_from(const Json& json) { return {json.at("level"), metrics_from(json.at("best")), json.at("proof")}; }

Json outcome_json(const CaseOutcome& outcome) {
  Json json = {{"status", name(outcome.status)}, {"metrics", metrics_json(outcome.metrics)}};
  if (!outcome.reason.empty()) json["reason"] = outcome.reason;
  if (outcome.shortfall) json["shortfall"] = shortfall_json(*outcome.shortfall);
  if (outcome.bound) json["bound"] = bound_json(*outcome.bound);
  json["device_ns"] = number_json(outcome.device_ns);
  json["seconds"] = number_json(outcome.seconds);
  return json;
}

CaseOutcome outcome_from(const Json& json) {
  CaseOutcome outcome;
  outcome.status = status_named(json.at("status"));
  outcome.metrics = metrics_from(json.at("metrics"));
  if (json.contains("reason")) outcome.reason = json.at("reason");
  if (json.contains("shortfall")) outcome.shortfall = shortfall_from(json.at("shortfall"));
  if (json.contains("bound")) outcome.bound = bound_from(json.at("bound"));
  outcome.device_ns = number_from(json.at("device_ns"));
  outcome.seconds = number_from(json.at("seconds"));
  return outcome;
}

Status status_named(const std::string& text) {
  for (const Status s : {Status::done, Status::infeasible, Status::discarded, Status::crashed, Status::timed_out})
    if (text == name(s)) return s;
  if (text == name(Status::missing)) return Status::missing;
  throw Error(ErrorKind::usage, "", fmt::format("'{}' is no status of a point", text));
}

std::string line_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string outcome_text(const CaseOutcome& outcome) { return line_of(outcome_json(outcome)); }

CaseOutcome parse_outcome(const std::string& text) {
  try {
    return outcome_from(Json::parse(text));
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::usage, "", fmt::format("is no outcome of a point: {}", error.what()));
  }
}

}  // namespace inf::workflow::sweep
