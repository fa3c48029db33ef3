#include "tools/workflow/call_stages.h"

#include <algorithm>
#include <cmath>

namespace inf::workflow {
namespace {

std::int64_t whole(double ns) { return std::llround(ns); }

}  // namespace

sim::ServingCall call_stages(const DeviceRun& run, int batch, const arch::ChipSpec& chip,
                             const arch::RuntimeSpec& runtime, Spread spread) {
  sim::ServingCall call;
  call.batch = batch;
  // The host's part of each program's call: about as much before the device starts as after it is done.
  const std::int64_t host = run.programs * (runtime.call_overhead_ns - runtime.device_start_ns);
  call.before_ns = host / 2 + whole(run.host_ns);
  call.after_ns = host - host / 2;
  call.start_ns = run.programs * runtime.device_start_ns;
  const std::int64_t bytes = run.input_bytes + run.output_bytes;
  const double copies_ns = runtime.copy_ns(bytes);
  const auto copy = [&](std::int64_t part) {
    return bytes == 0 ? 0 : whole(copies_ns * static_cast<double>(part) / static_cast<double>(bytes));
  };
  const auto link = [&](std::int64_t part) { return whole(static_cast<double>(part) / chip.host.bytes_per_ns); };
  call.copy_in_ns = copy(run.input_bytes);
  call.copy_out_ns = copy(run.output_bytes);
  call.link_in_ns = std::min(call.copy_in_ns, link(run.input_bytes));
  call.link_out_ns = std::min(call.copy_out_ns, link(run.output_bytes));
  call.alone_ns = whole(spread == Spread::pipeline ? run.interval_ns : run.call_ns);
  call.busy_ns = std::max(call.alone_ns, whole(run.interval_ns));
  call.fill_ns = spread == Spread::pipeline ? std::max<std::int64_t>(0, whole(run.call_ns - run.interval_ns)) : 0;
  return call;
}

sim::ServingMachine serving_machine(const arch::InstanceSpec& instance, const UsedCores& used, const DeviceRun& run) {
  sim::ServingMachine machine;
  machine.chips = used.chips;
  machine.copies_per_chip = used.copies_per_chip();
  machine.vcpu = instance.vcpu;
  // Operators on the host take the processors that their figures are for.
  const std::int64_t needed =
      run.host_ns > 0 ? std::max(instance.runtime.call_vcpu, instance.runtime.host_vcpu) : instance.runtime.call_vcpu;
  machine.call_vcpu = static_cast<int>(std::min<std::int64_t>(needed, instance.vcpu));
  return machine;
}

}  // namespace inf::workflow
