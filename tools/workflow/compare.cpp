#include "tools/workflow/compare.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <exception>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "tools/workflow/call_stages.h"
#include "tools/workflow/crossover.h"
#include "tools/workflow/duration.h"
#include "tools/workflow/format.h"

namespace inf::workflow {
namespace {

constexpr double kKeptBusy = 0.95;  // cores that work this share of the time bound a chip
constexpr double kSlowed = 1.1;     // a call that takes this much longer beside others waits for memory
constexpr std::int64_t kLeastCalls = 400, kCallsPerWorker = 20;  // enough for a closed loop to settle

OperatingPoint operate(const sim::ServingMachine& machine, const sim::ServingCall& call, int workers,
                       const arch::InstanceSpec& instance) {
  const std::int64_t threads = std::int64_t{machine.chips} * machine.copies_per_chip * workers;
  const sim::ServingResult served =
      sim::serve(machine, call, sim::ClosedLoad{workers, std::max(kLeastCalls, kCallsPerWorker * threads)});
  OperatingPoint point;
  point.workers = workers;
  point.p50_ns = served.p50_ns;
  point.p99_ns = served.p99_ns;
  point.per_s = served.throughput_per_s;
  point.core_utilisation = served.core_utilisation;
  point.host_utilisation = served.host_utilisation;
  point.link_utilisation = served.link_utilisation;
  const auto usd = [&](const arch::Price& price) {
    return price.published() ? instance.usd_per_million(point.per_s, price) : std::numeric_limits<double>::infinity();
  };
  point.usd_on_demand = usd(instance.on_demand);
  point.usd_reserved = usd(instance.reserved);
  return point;
}

void find_bound(ComparePoint& point) {
  const OperatingPoint& full = point.full;
  if (full.core_utilisation >= kKeptBusy && point.device.interval_ns > kSlowed * point.device.call_ns) {
    point.bound = "device memory";
    point.bound_share = point.device.memory_share;
  } else if (full.core_utilisation >= kKeptBusy) {
    point.bound = point.device.bound;
    point.bound_share = point.device.bound_share;
  } else if (full.link_utilisation > full.host_utilisation) {
    point.bound = "host link";
    point.bound_share = full.link_utilisation;
  } else {
    point.bound = "host";
    point.bound_share = full.host_utilisation;
  }
}

/// Copies that share a chip's memory must fit into it.
std::string memory_refusal(const DeviceRun& device, const arch::ChipSpec& chip, int copies) {
  const std::int64_t needed = device.device_memory_bytes * copies;
  if (needed <= chip.memory.bytes) return {};
  return fmt::format("{} cop{} need {} of device memory, the chip has {}; a smaller batch needs less", copies,
                     copies == 1 ? "y" : "ies", si(static_cast<double>(needed), "B"),
                     si(static_cast<double>(chip.memory.bytes), "B"));
}

/// Device runs of a workload, each asked for once.
class Runs {
 public:
  Runs(const WorkloadFile& file, const Overrides& overrides, RunCache& cache)
      : file_(file), overrides_(overrides), cache_(cache) {}

  DeviceRun ask(const arch::InstanceSpec& instance, const arch::ChipSpec& chip, std::int64_t batch, Spread spread) {
    const auto key = std::tuple(instance.chip_file.string(), batch, spread);
    if (const auto known = runs_.find(key); known != runs_.end()) return known->second;
    return runs_.emplace(key, simulate(instance, chip, batch, spread)).first->second;
  }
  /// The error behind the first point that could not be.
  std::exception_ptr first_error;

 private:
  DeviceRun simulate(const arch::InstanceSpec& instance, const arch::ChipSpec& chip, std::int64_t batch,
                     Spread spread) {
    Overrides over = overrides_;
    over.chip = instance.chip_file.string();
    over.instances = false;
    over.batch = batch;
    Progress quiet(false);
    try {
      const Workload workload = resolve(file_, over);
      return run_device({workload, chip, instance.runtime, chip.cores, spread}, cache_, quiet);
    } catch (const Error& error) {
      // What only some sizes cannot be is a line of the table.
      const ErrorKind kind = error.kind();
      if (kind != ErrorKind::usage && kind != ErrorKind::config && kind != ErrorKind::unsupported) throw;
      if (!first_error) first_error = std::current_exception();
      DeviceRun refused;
      refused.refused = error.where().empty() ? error.message() : error.where() + ": " + error.message();
      return refused;
    }
  }

  const WorkloadFile& file_;
  const Overrides& overrides_;
  RunCache& cache_;
  std::map<std::tuple<std::string, std::int64_t, Spread>, DeviceRun> runs_;
};

using Chips = std::map<std::string, arch::ChipSpec>;

/// Every device run, with progress: what takes time. A call of twice the batch takes about twice as long.
void simulate_all(const Comparison& comparison, const Chips& chips, const CompareOptions& options, Runs& runs,
                  Progress& progress) {
  double total = 0, done = 0;
  for (const std::int64_t batch : options.batches)
    total += static_cast<double>(batch) * static_cast<double>(options.modes.size() * chips.size());
  progress.stage("compare");
  std::set<std::string> seen;
  for (const arch::InstanceSpec& instance : comparison.instances) {
    const arch::ChipSpec& chip = chips.at(instance.chip_file.string());
    if (!seen.insert(instance.chip_file.string()).second) continue;
    for (const std::int64_t batch : options.batches)
      for (const Spread spread : options.modes) {
        progress.update(done / total, fmt::format("{}, batch {}, {}", chip.name, batch, name(spread)));
        runs.ask(instance, chip, batch, spread);
        done += static_cast<double>(batch);
      }
  }
  progress.clear();
}

void check_batches(const std::vector<std::int64_t>& batches) {
  if (batches.empty()) throw Error(ErrorKind::usage, "compare.batches", "lists no batch; [1, 2, 4, 6, 8, 16] is usual");
}

}  // namespace

Spread parse_spread(const std::string& text, const std::string& place) {
  constexpr std::array kAll = {Spread::data_parallel, Spread::pipeline};
  std::vector<std::string> names;
  for (const Spread spread : kAll) {
    if (text == name(spread)) return spread;
    names.emplace_back(name(spread));
  }
  throw Error(ErrorKind::usage, place,
              fmt::format("mode = {} is none of data-parallel, pipeline{}", text, did_you_mean(text, names)));
}

CompareOptions compare_options(const WorkloadFile& file) {
  const WorkloadFile::Compare& from = file.compare;
  CompareOptions options;
  options.instances = from.instances;
  if (!from.batches.empty()) options.batches = from.batches;
  if (!from.modes.empty()) options.modes.clear();
  for (const PlacedText& mode : from.modes) options.modes.push_back(parse_spread(mode.text, mode.place));
  options.workers = from.workers;
  if (from.slo) options.slo_ns = parse_duration(from.slo->text, from.slo->place + ": compare.slo", 1);
  return options;
}

ComparePoint price(const DeviceRun& device, std::int64_t batch, Spread spread, const arch::ChipSpec& chip,
                   const arch::InstanceSpec& instance, std::optional<std::int64_t> workers) {
  ComparePoint point;
  point.instance = instance.name;
  point.family = instance.family;
  point.chip = chip.name;
  point.batch = batch;
  point.spread = spread;
  const UsedCores used{instance.chips, chip.cores, spread};
  point.refused = device.feasible() ? memory_refusal(device, chip, used.copies_per_chip()) : device.refused;
  if (!point.feasible()) return point;
  point.device = device;
  const sim::ServingCall call = call_stages(device, static_cast<int>(batch), chip, instance.runtime, spread);
  const sim::ServingMachine machine = serving_machine(instance, used, device);
  point.light = operate(machine, call, 1, instance);
  // A chain of stages holds as many calls as it has cores.
  const int inside = spread == Spread::pipeline ? chip.cores : 1;
  const int most = static_cast<int>(workers.value_or(instance.runtime.workers_per_core)) * inside;
  point.full = most == 1 ? point.light : operate(machine, call, most, instance);
  find_bound(point);
  return point;
}

Comparison compare(const WorkloadFile& file, const Overrides& overrides, const CompareOptions& options, RunCache& cache,
                   Progress& progress) {
  check_batches(options.batches);
  if (file.pipeline)
    throw Error(ErrorKind::usage, file.pipeline->place, "a pipeline is no single model",
                {"name one of its workload files; `inf-sim run` takes the pipeline as a whole"});
  Comparison comparison;
  comparison.workload = file.file.stem().string();
  comparison.precision = resolve_precision(file, overrides);
  comparison.slo_ns = options.slo_ns;
  comparison.workers = options.workers;
  comparison.instances = find_instances(options.instances, file.file.parent_path());
  Chips chips;
  for (const arch::InstanceSpec& instance : comparison.instances)
    if (!chips.contains(instance.chip_file.string()))
      chips.emplace(instance.chip_file.string(), arch::load_chip(instance.chip_file));
  Runs runs(file, overrides, cache);
  simulate_all(comparison, chips, options, runs, progress);
  for (const arch::InstanceSpec& instance : comparison.instances) {
    const arch::ChipSpec& chip = chips.at(instance.chip_file.string());
    for (const std::int64_t batch : options.batches)
      for (const Spread spread : options.modes)
        comparison.points.push_back(
            price(runs.ask(instance, chip, batch, spread), batch, spread, chip, instance, options.workers));
  }
  const bool none = std::none_of(comparison.points.begin(), comparison.points.end(),
                                 [](const ComparePoint& point) { return point.feasible(); });
  if (none && runs.first_error) std::rethrow_exception(runs.first_error);
  if (none)
    throw Error(ErrorKind::unsupported, file.file.string(),
                "no instance can run it: " + comparison.points.front().refused);
  comparison.crossovers = crossover_sentences(comparison);
  comparison.simulated = cache.stored();
  comparison.from_cache = cache.found();
  return comparison;
}

}  // namespace inf::workflow
