#include "tools/workflow/load.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "tools/workflow/format.h"
#include "tools/workflow/instances.h"
#include "tools/workflow/measure.h"

namespace inf::workflow {
namespace {

constexpr std::int64_t kCapacityCalls = 2000, kCallsPerWorker = 20;  // enough for a closed loop to settle

/// 1, 2, 4 and so on up to the largest, which is one of them whatever it is.
std::vector<std::int64_t> compiled_batches(std::int64_t largest) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t size = 1; size < largest; size *= 2) sizes.push_back(size);
  sizes.push_back(largest);
  return sizes;
}

/// A model on a chip of an instance, asked for one batch size after the other.
class Asker {
 public:
  Asker(const WorkloadFile& file, const Overrides& overrides, RunCache& cache, Progress& progress)
      : file_(file), overrides_(overrides), cache_(cache), progress_(progress) {}

  DeviceRun ask(std::optional<std::int64_t> batch, const arch::ChipSpec& chip, const arch::InstanceSpec& instance,
                const UsedCores& used) {
    Overrides over = overrides_;
    if (batch) over.batch = batch;
    const Workload workload = resolve(file_, over);
    const DeviceRun run =
        run_device({workload, chip, instance.runtime, used.cores_per_chip, used.spread}, cache_, progress_);
    if (!run.feasible()) throw Error(ErrorKind::unsupported, "load", run.refused);
    return run;
  }

 private:
  const WorkloadFile& file_;
  const Overrides& overrides_;
  RunCache& cache_;
  Progress& progress_;
};

void check_rate(const LoadOptions& options, const LoadReport& report) {
  if (*options.rate_per_s < report.capacity_per_s) return;
  const double instances = *options.rate_per_s / report.capacity_per_s;
  throw Error(
      ErrorKind::usage, options.rate_place,
      fmt::format("{:.6g} samples per second are not below the capacity of {}, {}: the queue would grow without "
                  "end (unstable)",
                  *options.rate_per_s, report.instance, si(report.capacity_per_s, "/s")),
      {fmt::format("a lower rate, a larger batch, or {:.0f} of these instances would keep up",
                   std::floor(instances) + 1)});
}

sim::ServingResult serve_open(const sim::ServingMachine& machine, const std::vector<sim::ServingCall>& calls,
                              const LoadOptions& options, int workers) {
  sim::OpenLoad open;
  open.rate_per_s = *options.rate_per_s;
  open.max_wait_ns = static_cast<std::int64_t>(options.max_wait_ns);
  open.workers_per_copy = workers;
  open.requests = options.requests;
  open.seed = options.seed;
  return sim::serve(machine, calls, open);
}

}  // namespace

LoadOptions load_options(const WorkloadFile::Load& load) {
  LoadOptions options;
  options.workers = load.workers;
  options.cores = load.cores;
  options.rate_per_s = load.rate_per_s;
  options.max_batch = load.max_batch.value_or(options.max_batch);
  options.max_wait_ns = load.max_wait_ms.value_or(0) * 1e6;
  options.requests = load.requests.value_or(options.requests);
  options.seed = static_cast<std::uint64_t>(load.seed.value_or(1));
  options.cores_place = load.place + ": load.cores";
  options.rate_place = load.place + ": load.rate_per_s";
  return options;
}

UsedCores use_cores(const arch::InstanceSpec& instance, const arch::ChipSpec& chip, std::optional<std::int64_t> cores,
                    const std::string& place) {
  if (!cores) return {instance.chips, chip.cores, Spread::data_parallel};
  const std::int64_t all = std::int64_t{instance.chips} * chip.cores;
  if (*cores < 1 || *cores > all)
    throw Error(ErrorKind::usage, place,
                fmt::format("{} cores: {} has {} ({} chip{} of {})", *cores, instance.name, all, instance.chips,
                            instance.chips == 1 ? "" : "s", chip.cores));
  if (*cores <= chip.cores) return {1, static_cast<int>(*cores), Spread::data_parallel};
  if (*cores % chip.cores != 0)
    throw Error(ErrorKind::usage, place,
                fmt::format("{} cores are no whole chips of {}; {} is the next number below", *cores, chip.cores,
                            *cores / chip.cores * chip.cores));
  return {static_cast<int>(*cores / chip.cores), chip.cores, Spread::data_parallel};
}

LoadReport run_load(const WorkloadFile& file, const Overrides& overrides, const LoadOptions& options, RunCache& cache,
                    Progress& progress) {
  const Workload workload = resolve(file, overrides);
  const arch::ChipSpec chip = arch::load_chip(workload.chip);
  const arch::InstanceSpec instance = find_instance(workload);
  const UsedCores used = use_cores(instance, chip, options.cores, options.cores_place);
  LoadReport report;
  report.instance = instance.name;
  report.chips = used.chips;
  report.copies = used.copies();
  report.workers = static_cast<int>(options.workers.value_or(instance.runtime.workers_per_core));
  report.rate_per_s = options.rate_per_s;
  report.max_wait_ns = options.max_wait_ns;
  const std::int64_t settled = std::max(kCapacityCalls, kCallsPerWorker * report.copies * report.workers);
  Asker asker(file, overrides, cache, progress);
  std::vector<sim::ServingCall> calls;
  sim::ServingMachine machine;
  std::vector<std::optional<std::int64_t>> sizes = {std::nullopt};  // a closed loop calls the workload as it is
  if (options.rate_per_s) {
    const std::vector<std::int64_t> batches = compiled_batches(options.max_batch);
    sizes.assign(batches.begin(), batches.end());
  }
  for (const std::optional<std::int64_t>& size : sizes) {
    const DeviceRun run = asker.ask(size, chip, instance, used);
    const int batch = static_cast<int>(size.value_or(run.batch));
    machine = serving_machine(instance, used, run);
    calls.push_back(call_stages(run, batch, chip, instance.runtime, used.spread));
    const sim::ServingResult full = sim::serve(machine, calls.back(), sim::ClosedLoad{report.workers, settled});
    report.batches.push_back({batch, run.call_ns, run.interval_ns, full.throughput_per_s});
    report.capacity_per_s = std::max(report.capacity_per_s, full.throughput_per_s);
    report.load_ns = std::max(report.load_ns, load_ns(run, chip, instance.runtime));
  }
  progress.stage("calls");
  if (options.rate_per_s) {
    check_rate(options, report);
    report.served = serve_open(machine, calls, options, report.workers);
  } else {
    report.served = sim::serve(machine, calls.front(), sim::ClosedLoad{report.workers, options.requests});
  }
  Throughput rate;
  rate.instance_per_s = report.served.throughput_per_s;
  report.cost = measure_cost(rate, instance);
  return report;
}

}  // namespace inf::workflow
