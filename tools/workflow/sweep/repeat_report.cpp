#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include <cmath>

#include "tools/workflow/format.h"
#include "tools/workflow/sweep/repeat.h"

namespace inf::workflow::sweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDocumentVersion = 1;

/// All digits of a double: two texts are the same where two bits are.
std::string digits(double value) { return std::isnan(value) ? "-" : fmt::format("{}", value); }

std::string verdict(const Repeated& one) {
  if (!one.stored) return fmt::format("{}; the database has no outcome of it to compare with", name(one.now.status));
  const char* stored = name(one.stored->status);
  if (!one.same) return fmt::format("differs: {} in the database, {} now", stored, name(one.now.status));
  switch (one.stored->status) {
    case Status::done: return "done; the same as in the database, bit for bit";
    case Status::infeasible: return "infeasible, as in the database: " + one.now.reason;
    case Status::discarded:
      return fmt::format("discarded in the database, by the same bound as now; measured here: {}",
                         name(one.now.status));
    case Status::crashed:
    case Status::timed_out:
    case Status::missing: break;
  }
  return fmt::format("{}, as in the database: {}", stored, one.now.reason);
}

std::string figures_text(const Repeated& one) {
  using Align = Table::Align;
  Table table({Align::left, Align::right, Align::right});
  table.row({"", "database", "now"});
  for (const MetricInfo& metric : metrics()) {
    const double was = one.stored ? one.stored->metrics[metric.metric] : std::nan(""),
                 is = one.now.metrics[metric.metric];
    if (!std::isnan(was) || !std::isnan(is)) table.row({metric.column, digits(was), digits(is)});
  }
  const double device = one.stored ? one.stored->device_ns : 0;
  if (device > 0 || one.now.device_ns > 0) table.row({"device_ns", digits(device), digits(one.now.device_ns)});
  return table.text(4);
}

Json outcome_document(const CaseOutcome& outcome) {
  Json json = {{"status", name(outcome.status)}};
  for (const MetricInfo& metric : metrics()) {
    const double value = outcome.metrics[metric.metric];
    if (!std::isnan(value)) json[metric.column] = std::isinf(value) ? Json() : Json(value);
  }
  if (!outcome.reason.empty()) json["reason"] = outcome.reason;
  if (outcome.bound) json["bound"] = {{"level", outcome.bound->level}, {"proof", outcome.bound->proof}};
  return json;
}

}  // namespace

bool Repetition::same() const {
  for (const Repeated& one : outcomes)
    if (!one.same) return false;
  return true;
}

std::string repetition_text(const Repetition& repetition) {
  std::string text = fmt::format("point {}\n", repetition.point.key);
  for (const Setting& setting : repetition.point.settings)
    text += fmt::format("  {} = {}\n", setting.key, setting.text);
  for (const Repeated& one : repetition.outcomes)
    text += fmt::format("\n{}: {}\n{}", one.workload, verdict(one), figures_text(one));
  if (!repetition.commands.empty()) text += "\nThe same with a full report:\n";
  for (const std::string& command : repetition.commands) text += fmt::format("  {}\n", command);
  return text;
}

std::string repetition_json(const Repetition& repetition) {
  Json json = {{"document", "inf-sim sweep rerun"}, {"version", kDocumentVersion}, {"key", repetition.point.key}};
  json["settings"] = Json::object();
  for (const Setting& setting : repetition.point.settings) json["settings"][setting.key] = setting.text;
  json["same"] = repetition.same();
  json["cases"] = Json::array();
  for (const Repeated& one : repetition.outcomes) {
    Json entry = {{"workload", one.workload}, {"key", one.key}, {"same", one.same}};
    entry["stored"] = one.stored ? outcome_document(*one.stored) : Json();
    entry["now"] = outcome_document(one.now);
    json["cases"].push_back(std::move(entry));
  }
  json["commands"] = repetition.commands;
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow::sweep
