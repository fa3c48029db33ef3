#include "tools/workflow/device_run.h"

#include <fmt/core.h>

#include <exception>

#include "isa/base/error.h"
#include "tools/workflow/content_key.h"
#include "tools/workflow/device_simulation.h"

namespace inf::workflow {
namespace {

std::string key_of(const DeviceQuery& query) {
  ContentKey key;
  key.add("device run");
  key.add(program_version());
  add_model(query.workload, key);
  key.add(query.chip.hash());
  key.add(fmt::format("cores {} {} {}", query.cores, name(query.spread), query.runtime.device_start_ns));
  if (query.workload.host_operators == compiler::HostOperators::allow) {
    const arch::RuntimeSpec& r = query.runtime;
    key.add(fmt::format("host {} {} {} {}", r.host_gflops, r.host_gb_per_s, r.host_vcpu, r.host_operator_ns));
  }
  return key.text();
}

}  // namespace

DeviceRun run_device(const DeviceQuery& query, RunCache& cache, Progress& progress) {
  const std::string key = key_of(query);
  if (const auto text = cache.find(key)) try {
      return parse_device_run(*text);
    } catch (const std::exception&) {
      cache.refuse(key);
    }
  DeviceRun run;
  try {
    run = simulate_device(query, progress);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsupported) throw;
    run.refused = error.where().empty() ? error.message() : error.where() + ": " + error.message();
  }
  cache.store(key, device_run_text(run));
  return run;
}

double load_ns(const DeviceRun& run, const arch::ChipSpec& chip, const arch::RuntimeSpec& runtime) {
  return static_cast<double>(runtime.load_ns) + static_cast<double>(run.weight_bytes) / chip.host.bytes_per_ns;
}

}  // namespace inf::workflow
