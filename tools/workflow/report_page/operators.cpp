#include <algorithm>
#include <map>

#include "tools/workflow/json_parts.h"
#include "tools/workflow/report_page/parts.h"

namespace inf::workflow::page {
namespace {

using Json = nlohmann::ordered_json;

/// What an engine did while it worked for an operator.
struct Attendance {
  std::int64_t ticks = 0, busy = 0;
  std::array<std::int64_t, sim::kStallReasons> stalls{};
};
using Attendances = std::vector<std::map<arch::Engine, Attendance>>;  // by operator of the profile

Attendances attendances(const Calls& calls, const RecordedRun& record) {
  Attendances all(calls.profile.operators.size());
  for (std::size_t p = 0; p < record.programs.size(); ++p) {
    for (const sim::EngineSpan& span : record.programs[p].spans.engines) {
      const int op = calls.of(p, span.op);
      if (op < 0) continue;
      Attendance& a = all[static_cast<std::size_t>(op)][span.engine];
      a.ticks += (span.end - span.start).value;
      a.busy += span.busy.value;
      for (std::size_t r = 0; r < span.stalls.size(); ++r) a.stalls[r] += span.stalls[r].value;
    }
  }
  return all;
}

Json attendance_json(const std::map<arch::Engine, Attendance>& engines) {
  Json json = Json::object();
  for (const auto& [engine, a] : engines) {
    Json stalls = Json::object();
    for (std::size_t r = 0; r < a.stalls.size(); ++r)
      if (a.stalls[r] > 0) stalls[std::string(sim::name(static_cast<sim::StallReason>(r)))] = a.stalls[r];
    json[std::string(arch::name(engine))] = {{"ticks", a.ticks}, {"busy_ticks", a.busy}, {"stall_ticks", stalls}};
  }
  return json;
}

Json work_json(const OperatorWork& w) {
  return {{"matmuls", w.matmuls},
          {"rows_used", figure(w.rows_used)},
          {"columns_used", figure(w.columns_used)},
          {"weight_switch_ticks", w.weight_switch_ticks},
          {"transfers", w.transfers},
          {"descriptors", w.descriptors},
          {"dma_bytes", w.dma_bytes}};
}

Json operator_json(const ProfileOperator& op, int calls, double runs_ns) {
  const OperatorUse& use = op.use;
  Json busy = Json::object(), causes = Json::object();
  for (const auto& [engine, ns] : use.busy_ns) busy[engine] = figure(ns);
  for (const auto& [cause, ticks] : op.path_by_cause) causes[cause] = ticks;
  return {{"name", use.name},
          {"kind", use.kind},
          {"layer", op.layer},
          {"program", op.program},
          {"nodes", use.nodes},
          {"calls", calls},
          {"runs_ns", figure(runs_ns)},
          {"added_ns", figure(use.added_ns)},
          {"share", figure(use.share)},
          {"start_ns", figure(use.start_ns)},
          {"end_ns", figure(use.end_ns)},
          {"busy_ns", busy},
          {"bound", use.bound},
          {"busiest", use.busiest},
          {"bound_share", figure(use.bound_share)},
          {"macs", use.macs},
          {"executed_macs", use.executed_macs},
          {"read_bytes", use.dram_read},
          {"written_bytes", use.dram_written},
          {"predicted_ns", figure(use.predicted_ns)},
          {"decision", use.decision},
          {"work", work_json(op.work)},
          {"path_ticks", op.path_ticks},
          {"path_by_cause", causes}};
}

}  // namespace

Json operators(const Calls& calls, const RecordedRun& record) {
  const Attendances engines = attendances(calls, record);
  Json list = Json::array();
  for (std::size_t i = 0; i < calls.profile.operators.size(); ++i) {
    Json json = operator_json(calls.profile.operators[i], calls.calls[i], calls.runs_ns[i]);
    json["engines"] = attendance_json(engines[i]);
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace inf::workflow::page
