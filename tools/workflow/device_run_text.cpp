#include <nlohmann/json.hpp>

#include "tools/workflow/device_run.h"

namespace inf::workflow {
namespace {

using Json = nlohmann::ordered_json;

/// Walks every member of a run; Read or write decides what happens to it.
template <class Run, class Each>
void members(Run& run, const Each& each) {
  each("batch", run.batch);
  each("refused", run.refused);
  each("call_ns", run.call_ns);
  each("interval_ns", run.interval_ns);
  each("host_ns", run.host_ns);
  each("programs", run.programs);
  each("input_bytes", run.input_bytes);
  each("output_bytes", run.output_bytes);
  each("weight_bytes", run.weight_bytes);
  each("resident_bytes", run.resident_bytes);
  each("streamed_bytes", run.streamed_bytes);
  each("device_memory_bytes", run.device_memory_bytes);
  each("dram_bytes", run.dram_bytes);
  each("memory_share", run.memory_share);
  each("macs", run.macs);
  each("utilisation", run.utilisation);
  each("bound", run.bound);
  each("busiest", run.busiest);
  each("bound_share", run.bound_share);
}

}  // namespace

std::string device_run_text(const DeviceRun& run) {
  Json json;
  members(run, [&](const char* key, const auto& member) { json[key] = member; });
  return json.dump(1) + "\n";
}

DeviceRun parse_device_run(const std::string& text) {
  const Json json = Json::parse(text);
  DeviceRun run;
  members(run, [&](const char* key, auto& member) { json.at(key).get_to(member); });
  return run;
}

}  // namespace inf::workflow
