#include "tools/workflow/sweep/call_bound.h"

#include <fmt/core.h>

#include "tools/workflow/format.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/sweep/case_metrics.h"

namespace inf::workflow::sweep {
namespace {

std::string proof_of(const std::vector<ProgramBound>& programs, const Latency& latency, const Throughput& rate) {
  std::string text;
  for (std::size_t i = 0; i < programs.size(); ++i) {
    if (programs.size() > 1) text += fmt::format("program {}: ", i + 1);
    text += programs[i].proof + "; ";
  }
  text += fmt::format("device {} + runtime {} + copies {}", duration(latency.device_ns), duration(latency.overhead_ns),
                      duration(latency.copy_ns));
  if (latency.host_ns > 0) text += fmt::format(" + host operators {}", duration(latency.host_ns));
  text += fmt::format(" = latency >= {}", duration(latency.call_ns()));
  if (rate.simulated_cores > 0)
    return text + fmt::format("; {} of a chip's cores each {} + {} apart", rate.simulated_cores,
                              duration(latency.device_ns), duration(rate.device_start_ns));
  return text + fmt::format("; a call every {} + {} on each of {} cores of {} chip{}", duration(latency.device_ns),
                            duration(rate.device_start_ns), rate.cores, rate.chips, rate.chips == 1 ? "" : "s");
}

}  // namespace

Bound call_bound(const char* level, const std::vector<ProgramBound>& programs, double host_ns,
                 const BoundTarget& target) {
  Latency latency;
  latency.calls = 0;
  latency.host_ns = host_ns;
  Roofline traffic;
  std::vector<Tick> times;
  for (const ProgramBound& program : programs) {
    add_program(measure_latency(target.chip, program.device, program.copied_bytes, target.instance), latency);
    traffic.dram_read += program.dram_bytes;
    traffic.executed_macs += program.macs;
    times.push_back(program.device);
  }
  Throughput rate = measure_throughput(target.chip, latency, traffic, target.instance);
  if (target.layout) {
    const auto gap = static_cast<double>(target.instance.runtime.device_start_ns);
    const BusyCores busy = undisturbed_cores(target.chip, times, *target.layout, gap);
    rate = busy_throughput(busy, rate, host_per_s(latency.host_ns, target.instance));
  }
  Bound bound;
  bound.level = level;
  std::optional<Energy> energy;
  if (const auto spec = arch::energy_of(target.chip)) energy = measure_energy(*spec, traffic, latency);
  bound.best = case_metrics(latency, rate, measure_cost(rate, target.instance), target.samples, energy);
  bound.proof = proof_of(programs, latency, rate);
  if (energy) bound.proof += "; energy of a call >= " + energy_text(*energy);
  return bound;
}

}  // namespace inf::workflow::sweep
