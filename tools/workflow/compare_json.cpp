#include <nlohmann/json.hpp>

#include "tools/workflow/compare.h"
#include "tools/workflow/json_parts.h"
#include "tools/workflow/uncertainty.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;  // of the document in docs/json.md

Json point_json(const OperatingPoint& at) {
  return {{"workers", at.workers},
          {"p50_ns", figure(at.p50_ns)},
          {"p99_ns", figure(at.p99_ns)},
          {"throughput_per_s", figure(at.per_s)},
          {"core_utilisation", figure(at.core_utilisation)},
          {"host_utilisation", figure(at.host_utilisation)},
          {"link_utilisation", figure(at.link_utilisation)},
          {"usd_per_million_on_demand", figure(at.usd_on_demand)},
          {"usd_per_million_reserved", figure(at.usd_reserved)}};
}

Json device_json(const DeviceRun& run) {
  Json json = {{"call_ns", figure(run.call_ns)},
               {"interval_ns", figure(run.interval_ns)},
               {"host_ns", figure(run.host_ns)},
               {"input_bytes", run.input_bytes},
               {"output_bytes", run.output_bytes},
               {"weight_bytes", run.weight_bytes},
               {"resident_bytes", run.resident_bytes},
               {"streamed_bytes", run.streamed_bytes},
               {"device_memory_bytes", run.device_memory_bytes},
               {"dram_bytes", run.dram_bytes},
               {"macs", run.macs},
               {"bound", run.bound},
               {"busiest", run.busiest},
               {"bound_share", figure(run.bound_share)}};
  for (const auto& [engine, share] : run.utilisation) json["utilisation"][engine] = figure(share);
  return json;
}

Json row_json(const ComparePoint& p) {
  Json json = {{"instance", p.instance}, {"family", p.family},     {"chip", p.chip},
               {"batch", p.batch},       {"mode", name(p.spread)}, {"feasible", p.feasible()}};
  if (!p.feasible()) {
    json["reason"] = p.refused;
    return json;
  }
  json["bound"] = p.bound;
  json["bound_share"] = figure(p.bound_share);
  json["one_worker"] = point_json(p.light);
  json["full_load"] = point_json(p.full);
  json["device"] = device_json(p.device);
  return json;
}

}  // namespace

std::string compare_json(const Comparison& comparison, const Uncertainty* uncertainty) {
  Json json = {{"document", "inf-sim compare"},
               {"version", kVersion},
               {"workload", comparison.workload},
               {"dtype", name(comparison.precision.compute)},
               {"storage_dtype", name(comparison.precision.storage)}};
  json["slo_ns"] = comparison.slo_ns ? figure(*comparison.slo_ns) : Json(nullptr);
  json["points"] = Json::array();
  for (const ComparePoint& point : comparison.points) json["points"].push_back(row_json(point));
  json["best"] = Json::array();
  for (const Choice& choice : best(comparison))
    json["best"].push_back({{"objective", choice.objective},
                            {"instance", choice.point->instance},
                            {"batch", choice.point->batch},
                            {"mode", name(choice.point->spread)},
                            {"at", point_json(*choice.at)}});
  json["crossovers"] = comparison.crossovers;
  json["prices"] = Json::array();
  for (const arch::InstanceSpec& instance : comparison.instances)
    json["prices"].push_back({{"instance", instance.name},
                              {"on_demand_usd_per_hour", instance.on_demand.usd_per_hour},
                              {"on_demand_date", instance.on_demand.date},
                              {"reserved_usd_per_hour", instance.reserved.usd_per_hour},
                              {"reserved_date", instance.reserved.date}});
  if (uncertainty != nullptr) json["uncertainty"] = uncertainty_json(*uncertainty);
  return json.dump(2) + "\n";
}

}  // namespace inf::workflow
