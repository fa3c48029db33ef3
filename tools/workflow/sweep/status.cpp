#include "tools/workflow/sweep/status.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "tools/workflow/format.h"
#include "tools/workflow/json_parts.h"
#include "tools/workflow/sweep/array_shard.h"
#include "tools/workflow/sweep/sweep_progress.h"

namespace inf::workflow::sweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kComputed = {Status::done, Status::infeasible, Status::discarded, Status::crashed,
                                  Status::timed_out};
constexpr int kDocumentVersion = 1;

std::size_t of(const Counts& counts, Status status) {
  const auto found = counts.find(status);
  return found == counts.end() ? 0 : found->second;
}

std::size_t computed(const Counts& counts) {
  std::size_t sum = 0;
  for (const Status status : kComputed) sum += of(counts, status);
  return sum;
}

std::string number(std::size_t value) { return grouped(static_cast<std::int64_t>(value)); }

/// Cases per second; 0 where no process writes, or none was put yet.
double case_rate(const Activity& activity) {
  return activity.being_written && activity.window_s > 0 ? static_cast<double>(activity.recent) / activity.window_s : 0;
}

std::string now_text(const Activity& activity) {
  if (!activity.being_written) return "-";
  return fmt::format("written now, {:.3g} cases per second", case_rate(activity));
}

std::string databases_text(const SweepStatus& status) {
  using Align = Table::Align;
  std::vector<Align> columns = {Align::left, Align::left};
  std::vector<std::string> head = {"database", "shard"};
  for (const Status each : kComputed) columns.push_back(Align::right), head.emplace_back(name(each));
  columns.push_back(Align::left), head.emplace_back("now");
  Table table(columns);
  table.row(head);
  for (const DatabaseStatus& one : status.databases) {
    std::vector<std::string> cells = {one.file, one.shard.empty() ? "all" : one.shard};
    for (const Status each : kComputed) cells.push_back(number(of(one.cases, each)));
    cells.push_back(now_text(one.activity));
    table.row(cells);
  }
  return table.text();
}

std::string key(Status status) {
  std::string text = name(status);
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

Json counts_json(const Counts& counts, bool with_missing) {
  Json json;
  for (const Status status : kComputed) json[key(status)] = of(counts, status);
  if (with_missing) json[key(Status::missing)] = of(counts, Status::missing);
  return json;
}

}  // namespace

Counts count_points(const Results& results) {
  Counts counts;
  for (const Row& row : results.rows) ++counts[row.outcome.status];
  return counts;
}

std::size_t SweepStatus::missing() const { return of(points, Status::missing); }

double SweepStatus::rate() const {
  double sum = 0;
  for (const DatabaseStatus& one : databases) sum += case_rate(one.activity);
  return sum / static_cast<double>(workloads);
}

std::optional<double> SweepStatus::eta_s() const {
  const double per_s = rate();
  if (per_s <= 0) return {};
  return static_cast<double>(missing()) / per_s;
}

std::vector<std::string> SweepStatus::absent() const {
  std::set<std::string> there;
  int count = 0;
  for (const DatabaseStatus& one : databases) {
    if (one.shard.empty()) return {};
    const int shards = parse_shard(one.shard).count;
    if (count != 0 && count != shards) return {};
    count = shards;
    there.insert(one.shard);
  }
  std::vector<std::string> absent;
  for (int index = 0; index < count; ++index)
    if (const std::string text = shard_text({index, count}); !there.contains(text)) absent.push_back(text);
  return absent;
}

std::string status_text(const SweepStatus& status) {
  const std::size_t known = computed(status.points), all = known + status.missing();
  std::string text = fmt::format("{}: {} of {} points have their outcome\n ", status.sweep, number(known), number(all));
  for (const Status each : kComputed) text += fmt::format(" {} {},", number(of(status.points, each)), name(each));
  text += fmt::format(" {} {}\n\n", number(status.missing()), name(Status::missing));
  text += "Cases (a workload at a point; what a roofline discards is not stored)\n" + databases_text(status);
  if (const std::vector<std::string> absent = status.absent(); !absent.empty())
    text += fmt::format("\nno database of shard {}\n", fmt::join(absent, ", "));
  if (status.missing() == 0) return text;
  if (const std::optional<double> eta = status.eta_s())
    return text + fmt::format("\nabout {} left at {:.3g} points per second\n", seconds_text(*eta), status.rate());
  for (const DatabaseStatus& one : status.databases)
    if (one.activity.being_written) return text + "\nno point was finished yet\n";
  return text + "\nno sweep is writing; started again, it goes on from what is there\n";
}

std::string status_json(const SweepStatus& status) {
  Json json = {{"document", "inf-sim sweep status"}, {"version", kDocumentVersion}, {"sweep", status.sweep}};
  json["points"] = counts_json(status.points, true);
  json["databases"] = Json::array();
  for (const DatabaseStatus& one : status.databases) {
    Json entry = {{"file", one.file}};
    entry["shard"] = one.shard.empty() ? Json() : Json(one.shard);
    entry["cases"] = counts_json(one.cases, false);
    entry["written_now"] = one.activity.being_written;
    entry["cases_per_s"] = figure(case_rate(one.activity));
    json["databases"].push_back(std::move(entry));
  }
  json["absent_shards"] = status.absent();
  json["points_per_s"] = figure(status.rate());
  const std::optional<double> eta = status.eta_s();
  json["eta_s"] = eta ? figure(*eta) : Json();
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow::sweep
