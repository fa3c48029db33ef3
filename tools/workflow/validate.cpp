#include "tools/workflow/validate.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "tools/workflow/device_run.h"
#include "tools/workflow/instances.h"
#include "tools/workflow/kernel_run.h"
#include "tools/workflow/statistics.h"

namespace inf::workflow {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr double kMostOfIt = 0.5;  // an engine that is busy this share bounds a kernel, as it does a call

/// Bytes over a time. Units: 2 operations per multiply-accumulate.
double tflops(std::uint64_t macs, double ns) { return ns > 0 ? 2e-3 * static_cast<double>(macs) / ns : 0; }

/// What a call takes beside the device: runtime, copies, operators on the host.
double beside_ns(const DeviceRun& run, const arch::RuntimeSpec& runtime) {
  return static_cast<double>(runtime.call_overhead_ns) * run.programs +
         runtime.copy_ns(run.input_bytes + run.output_bytes) + run.host_ns;
}

/// What a caller waits for a call: alone, or behind those of the other workers of its core.
double call_ns(const MeasuredModel& model, const DeviceRun& run, const arch::RuntimeSpec& runtime) {
  const double host = beside_ns(run, runtime);
  const double device = model.cores > 1 ? run.interval_ns : run.call_ns;
  const double queue = model.workers * (device + static_cast<double>(runtime.device_start_ns));
  return model.workers == 1 ? device + host : std::max(device + host, queue);
}

void take_run(const MeasuredModel& model, const DeviceRun& run, const arch::RuntimeSpec& runtime, ValidationRow& row) {
  const double busy_chip = row.cores > 1 ? run.interval_ns : run.call_ns;
  row.published_ns = row.measurement.device_ms * kNsPerMs;
  row.simulated_ns = busy_chip;
  switch (model.what) {
    case DeviceTime::alone: break;
    case DeviceTime::call: row.published_ns -= beside_ns(run, runtime); break;
    case DeviceTime::interval: row.simulated_ns += static_cast<double>(runtime.device_start_ns); break;
  }
  if (const auto& call = model.p50_ms ? model.p50_ms : model.avg_ms) {
    row.published_call_ns = *call * kNsPerMs;
    row.simulated_call_ns = call_ns(model, run, runtime);
  }
  row.busy = run.utilisation;
  row.bound = run.bound;
  row.tflops = tflops(run.macs, run.call_ns);
  row.dram_bytes = run.dram_bytes;
  row.streamed_bytes = run.streamed_bytes;
  row.resident_bytes = run.resident_bytes;
}

void validate_model(ValidationRow& row, RunCache& cache, Progress& progress) {
  const MeasuredModel& model = *row.measurement.model;
  const arch::ChipSpec chip = arch::load_chip(model.workload.chip);
  const arch::InstanceSpec instance = find_instance(model.workload);
  row.what = model.words;
  row.chip = chip.name;
  row.cores = std::min(model.cores, chip.cores);
  const DeviceRun run =
      run_device({model.workload, chip, instance.runtime, row.cores, Spread::data_parallel}, cache, progress);
  if (!run.feasible()) {
    row.not_run = run.refused;
    return;
  }
  take_run(model, run, instance.runtime, row);
}

const workloads::KernelInfo* kernel_of(const std::string& id) {
  for (const workloads::KernelInfo& kernel : workloads::kernels())
    if (std::find(kernel.rows.begin(), kernel.rows.end(), id) != kernel.rows.end()) return &kernel;
  return nullptr;
}

void take_kernel(const KernelRun& run, ValidationRow& row) {
  row.published_ns = row.measurement.device_ms * kNsPerMs;
  row.simulated_ns = run.measured_ns;
  const EngineUse* busiest = nullptr;
  for (const EngineUse& use : run.engines) {
    row.busy.emplace_back(use.engine, use.utilisation);
    if (busiest == nullptr || use.utilisation > busiest->utilisation) busiest = &use;
  }
  row.bound = busiest != nullptr && busiest->utilisation >= kMostOfIt ? busiest->engine : "waiting";
  row.tflops = tflops(run.macs, run.run_ns);
  row.dram_bytes = run.dram_read + run.dram_written;
}

void validate_kernel(ValidationRow& row, Progress& progress) {
  const workloads::KernelInfo* kernel = kernel_of(row.measurement.id);
  if (kernel == nullptr) {
    row.not_run = "no hand-written kernel stands for it yet";
    return;
  }
  const arch::ChipSpec chip = arch::load_chip(row.measurement.chip);
  Workload target;
  target.chip = row.measurement.chip;
  target.instances = target.chip.parent_path().parent_path() / "instances" / target.chip.filename();
  row.what = "kernel " + kernel->name;
  row.chip = chip.name;
  take_kernel(run_kernel(*kernel, chip, find_instance(target).runtime, progress), row);
}

ErrorSummary summarise(const std::string& group, const std::vector<const ValidationRow*>& rows) {
  ErrorSummary sum;
  sum.group = group;
  std::vector<double> errors, published, simulated;
  for (const ValidationRow* row : rows) {
    if (!row->not_run.empty()) {
      ++sum.not_run;
      continue;
    }
    errors.push_back(std::fabs(row->error()));
    published.push_back(row->published_ns);
    simulated.push_back(row->simulated_ns);
    if (errors.back() > sum.worst || sum.worst_row.empty())
      sum.worst = errors.back(), sum.worst_row = row->measurement.id;
  }
  sum.rows = errors.size();
  sum.median = median(errors);
  sum.rank_correlation = rank_correlation(published, simulated);
  return sum;
}

void summarise_all(Validation& validation) {
  std::vector<const ValidationRow*> all;
  std::vector<std::string> names;
  for (const ValidationRow& row : validation.rows) {
    all.push_back(&row);
    if (std::find(names.begin(), names.end(), row.measurement.group) == names.end())
      names.push_back(row.measurement.group);
  }
  for (const std::string& name : names) {
    std::vector<const ValidationRow*> rows;
    for (const ValidationRow* row : all)
      if (row->measurement.group == name) rows.push_back(row);
    validation.groups.push_back(summarise(name, rows));
  }
  validation.all = summarise("all", all);
}

/// Parameters marked fitted in the chip and instance files that the rows use.
void list_fitted(Validation& validation) {
  std::set<std::filesystem::path> chips, instances;
  for (const ValidationRow& row : validation.rows) {
    if (row.measurement.model) {
      chips.insert(row.measurement.model->workload.chip.lexically_normal());
      instances.insert(row.measurement.model->workload.instances.lexically_normal());
    } else if (!row.measurement.chip.empty()) {
      chips.insert(row.measurement.chip.lexically_normal());
    }
  }
  const auto add = [&](const std::filesystem::path& file, const arch::Provenance& parameter) {
    if (parameter.mark == arch::Mark::fitted)
      validation.fitted.emplace_back(
          fmt::format("{}/{}", file.parent_path().filename().string(), file.filename().string()), parameter);
  };
  for (const auto& file : chips) {
    const arch::ChipSpec chip = arch::load_chip(file);
    for (const auto& [path, parameter] : chip.provenance) add(file, parameter);
  }
  for (const auto& file : instances) {
    const std::vector<arch::InstanceSpec> sizes = arch::load_instances(file);
    for (const auto& [path, parameter] : sizes.front().provenance) add(file, parameter);
  }
}

bool passes(const Measurement& m, const std::string& filter) {
  const auto holds = [&](const std::string& text) { return text.find(filter) != std::string::npos; };
  return holds(m.id) || holds(m.group) || (m.model && holds(m.model->words));
}

}  // namespace

Validation validate(const std::filesystem::path& file, const std::string& filter, RunCache& cache, Progress& progress) {
  Validation validation;
  validation.file = file.filename().string();
  for (Measurement& m : read_measurements(file))
    if (passes(m, filter)) validation.rows.push_back({std::move(m)});
  if (validation.rows.empty())
    throw Error(ErrorKind::usage, "--filter",
                fmt::format("no id, group or model of {} holds '{}'", file.filename().string(), filter));
  std::size_t done = 0;
  for (ValidationRow& row : validation.rows) {
    progress.stage("validate");
    progress.update(static_cast<double>(done++) / static_cast<double>(validation.rows.size()), row.measurement.id);
    row.not_run = row.measurement.not_run;
    if (!row.not_run.empty()) continue;
    if (row.measurement.model)
      validate_model(row, cache, progress);
    else
      validate_kernel(row, progress);
  }
  progress.clear();
  summarise_all(validation);
  list_fitted(validation);
  return validation;
}

}  // namespace inf::workflow
