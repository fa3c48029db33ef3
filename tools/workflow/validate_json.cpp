#include <nlohmann/json.hpp>

#include "tools/workflow/json_parts.h"
#include "tools/workflow/validate.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;  // of the document in docs/json.md

Json summary_json(const ErrorSummary& s) {
  return {{"group", s.group},
          {"rows", s.rows},
          {"not_run", s.not_run},
          {"median_error", figure(s.median)},
          {"worst_error", figure(s.worst)},
          {"worst_row", s.worst_row},
          {"rank_correlation", figure(s.rank_correlation)}};
}

Json row_json(const ValidationRow& row) {
  const Measurement& m = row.measurement;
  Json json = {{"id", m.id},           {"group", m.group}, {"what", m.what}, {"source", m.source},
               {"release", m.release}, {"note", m.note},   {"mark", m.mark}, {"simulated_as", row.what}};
  if (!row.not_run.empty()) {
    json["not_run"] = row.not_run;
    return json;
  }
  Json busy = Json::object();
  for (const auto& [engine, share] : row.busy) busy[engine] = figure(share);
  json.update({{"chip", row.chip},
               {"cores", row.cores},
               {"published_ns", figure(row.published_ns)},
               {"simulated_ns", figure(row.simulated_ns)},
               {"error", figure(row.error())},
               {"published_call_ns", row.published_call_ns ? figure(*row.published_call_ns) : Json()},
               {"simulated_call_ns", row.simulated_call_ns ? figure(*row.simulated_call_ns) : Json()},
               {"bound", row.bound},
               {"busy", busy},
               {"tflops", figure(row.tflops)},
               {"device_memory_bytes_moved", row.dram_bytes},
               {"streamed_bytes", row.streamed_bytes},
               {"resident_bytes", row.resident_bytes}});
  return json;
}

}  // namespace

std::string validation_json(const Validation& v) {
  Json json = {{"document", "inf-sim validate"}, {"version", kVersion}, {"measurements", v.file}};
  json["rows"] = Json::array();
  for (const ValidationRow& row : v.rows) json["rows"].push_back(row_json(row));
  json["groups"] = Json::array();
  for (const ErrorSummary& s : v.groups) json["groups"].push_back(summary_json(s));
  json["all"] = summary_json(v.all);
  json["fitted"] = Json::array();
  for (const auto& [file, parameter] : v.fitted)
    json["fitted"].push_back(
        {{"file", file}, {"key", parameter.path}, {"value", parameter.value}, {"rows", parameter.source}});
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow
