#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "tools/workflow/report_page/parts.h"
#include "tools/workflow/report_page/stretches.h"

namespace inf::workflow::page {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostStretches = 14'000, kMostPathStretches = 12'000;

/// A row: an engine, a queue or the host.
struct Row {
  std::string name, kind, engine;
  int chip = 0, core = 0;
};

/// Rows in the order in which they are shown, with their stretches.
struct Rows {
  std::vector<Row> rows;
  std::vector<std::vector<Stretch>> stretches;  ///< parallel
};

using RowKey = std::tuple<int, int, int, int, int>;  // chip, core, 0 engine or 1 queue, engine, queue

Stretch stretch(std::int64_t offset, Tick start, Tick end, int op) {
  Stretch s{.from = offset + start.value, .to = offset + end.value, .op = op};
  s.longest = s.to - s.from;
  return s;
}

void add_program(const RecordedProgram& program, std::int64_t offset, std::size_t at, const Calls& calls,
                 std::map<RowKey, std::vector<Stretch>>& rows) {
  for (const sim::EngineSpan& span : program.spans.engines) {
    Stretch s = stretch(offset, span.start, span.end, calls.of(at, span.op));
    s.busy = span.busy.value;
    for (std::size_t r = 0; r < span.stalls.size(); ++r) s.stalls[r] = span.stalls[r].value;
    rows[{program.chip, program.core, 0, static_cast<int>(span.engine), 0}].push_back(s);
  }
  for (const sim::QueueSpan& span : program.spans.queues) {
    Stretch s = stretch(offset, span.start, span.end, calls.of(at, span.op));
    s.bytes = span.bytes;
    rows[{program.chip, program.core, 1, static_cast<int>(span.trigger), span.queue}].push_back(s);
  }
}

Row row_of(const RowKey& key) {
  const auto [chip, core, queue, engine, number] = key;
  const std::string who(arch::name(static_cast<arch::Engine>(engine)));
  Row row{.name = who, .kind = "engine", .engine = who, .chip = chip, .core = core};
  if (queue == 1) row.name = fmt::format("queue {} {}", who, number), row.kind = "queue", row.engine = "dma";
  return row;
}

/// Host segments do not belong to an operator of the profile.
void add_host(const Profile& profile, const RecordedRun& record, Rows& rows) {
  if (record.host.empty()) return;
  std::vector<Stretch> line;
  for (const RecordedHost& host : record.host) {
    const Tick start(profile.ticks_of(host.start_ns)), end(profile.ticks_of(host.start_ns + host.ns));
    line.push_back(stretch(0, start, end, -1));
  }
  rows.rows.push_back({.name = "host", .kind = "host", .engine = "host"});
  rows.stretches.push_back(std::move(line));
}

Rows all_rows(const Calls& calls, const RecordedRun& record) {
  const Profile& profile = calls.profile;
  std::map<RowKey, std::vector<Stretch>> by_key;
  for (std::size_t p = 0; p < record.programs.size() && p < profile.programs.size(); ++p)
    add_program(record.programs[p], profile.programs[p].start_ticks, p, calls, by_key);
  Rows rows;
  for (auto& [key, line] : by_key) {
    std::stable_sort(line.begin(), line.end(), [](const Stretch& a, const Stretch& b) { return a.from < b.from; });
    rows.rows.push_back(row_of(key));
    rows.stretches.push_back(std::move(line));
  }
  add_host(profile, record, rows);
  return rows;
}

template <class Value>
Json column(const std::vector<Stretch>& line, Value value) {
  Json list = Json::array();
  for (const Stretch& s : line) list.push_back(value(s));
  return list;
}

/// Starts as differences to the one before, to keep the page small.
Json starts(const std::vector<Stretch>& line) {
  Json list = Json::array();
  std::int64_t before = 0;
  for (const Stretch& s : line) {
    list.push_back(s.from - before);
    before = s.from;
  }
  return list;
}

Json stalls(const std::vector<Stretch>& line) {
  Json json = Json::object();
  for (std::size_t r = 0; r < sim::kStallReasons; ++r) {
    const bool any = std::any_of(line.begin(), line.end(), [&](const Stretch& s) { return s.stalls[r] > 0; });
    if (any)
      json[std::string(sim::name(static_cast<sim::StallReason>(r)))] =
          column(line, [&](const Stretch& s) { return s.stalls[r]; });
  }
  return json;
}

Json row_json(const Row& row, const std::vector<Stretch>& line) {
  Json json = {{"name", row.name},
               {"kind", row.kind},
               {"engine", row.engine},
               {"chip", row.chip},
               {"core", row.core},
               {"start", starts(line)},
               {"ticks", column(line, [](const Stretch& s) { return s.to - s.from; })},
               {"op", column(line, [](const Stretch& s) { return s.op; })},
               {"parts", column(line, [](const Stretch& s) { return s.parts; })}};
  if (row.kind == "engine") {
    json["busy"] = column(line, [](const Stretch& s) { return s.busy; });
    json["stalls"] = stalls(line);
  }
  if (row.kind == "queue") json["bytes"] = column(line, [](const Stretch& s) { return s.bytes; });
  return json;
}

/// Names in order of their first appearance.
class Names {
 public:
  int of(const std::string& name) {
    const auto [at, added] = index_.try_emplace(name, static_cast<int>(list_.size()));
    if (added) list_.push_back(name);
    return at->second;
  }
  const std::vector<std::string>& list() const { return list_; }

 private:
  std::map<std::string, int> index_;
  std::vector<std::string> list_;
};

/// The critical path: neighbours of one engine, operator and cause are one stretch.
Json path_json(const Profile& profile) {
  Names engines, causes;
  std::vector<std::vector<Stretch>> line(1);
  for (const PathStretch& part : profile.path) {
    Stretch s{.from = part.from, .to = part.to, .op = part.op};
    s.longest = s.to - s.from;
    s.who = engines.of(part.engine);
    s.why = causes.of(part.cause);
    Stretch* last = line[0].empty() ? nullptr : &line[0].back();
    if (last && last->op == s.op && last->who == s.who && last->why == s.why)
      last->to = s.to, last->longest = s.to - last->from;
    else
      line[0].push_back(s);
  }
  const std::int64_t resolution = fit_rows(line, kMostPathStretches);
  return {{"engines", engines.list()},
          {"causes", causes.list()},
          {"resolution_ticks", resolution},
          {"start", starts(line[0])},
          {"ticks", column(line[0], [](const Stretch& s) { return s.to - s.from; })},
          {"op", column(line[0], [](const Stretch& s) { return s.op; })},
          {"engine", column(line[0], [](const Stretch& s) { return s.who; })},
          {"cause", column(line[0], [](const Stretch& s) { return s.why; })}};
}

}  // namespace

Json timeline(const Calls& calls, const RecordedRun& record) {
  const Profile& profile = calls.profile;
  Rows rows = all_rows(calls, record);
  std::size_t recorded = 0;
  for (const auto& line : rows.stretches) recorded += line.size();
  const std::int64_t resolution = fit_rows(rows.stretches, kMostStretches);
  Json list = Json::array();
  for (std::size_t i = 0; i < rows.rows.size(); ++i) list.push_back(row_json(rows.rows[i], rows.stretches[i]));
  Json json = {
      {"ticks", profile.ticks}, {"recorded", recorded}, {"resolution_ticks", resolution}, {"rows", std::move(list)}};
  if (!profile.path.empty()) json["path"] = path_json(profile);
  return json;
}

}  // namespace inf::workflow::page
