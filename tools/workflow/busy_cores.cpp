#include "tools/workflow/busy_cores.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "isa/base/shortage.h"
#include "sim/kernel/simulate_cores.h"
#include "tools/workflow/measure.h"

namespace inf::workflow {
namespace {

/// The first call fills, two are measured, and behind them one keeps the core busy while the last core finishes its.
constexpr int kCalls = 4;
constexpr double kMostOfIt = 0.5;

sim::SimOptions timing_alone() {
  sim::SimOptions options;
  options.values = false;
  options.check_hazards = false;
  return options;
}

/// Of several copies of a program.
double mean_ns(const arch::Timebase& time, std::span<const Tick> intervals) {
  double mean = 0;
  for (const Tick interval : intervals) mean += time.to_ns(interval) / static_cast<double>(intervals.size());
  return mean;
}

/// Times and rates that follow from the intervals; `less_full_ns` is that of a chip with one copy less.
void set_rates(const CoreLayout& layout, double device_start_ns, double less_full_ns, BusyCores& busy) {
  busy.cores = layout.cores;
  busy.chips = layout.chips;
  busy.most = layout.most;
  busy.call_ns = busy.interval_ns - device_start_ns;
  busy.device_start_ns = device_start_ns;
  busy.chip_per_s = layout.most * 1e9 / busy.interval_ns;
  busy.per_s = busy.chip_per_s * layout.full_chips();
  if (less_full_ns > 0) busy.per_s += (layout.chips - layout.full_chips()) * (layout.most - 1) * 1e9 / less_full_ns;
}

/// What `copies` of a program on one chip do.
struct ChipRun {
  double alone_ns = 0, interval_ns = 0;
  double contended_ns = 0;  ///< per call
  double bytes = 0;         ///< of one call
  sim::SimResult call;      ///< one of them with the others busy
};

ChipRun run_chip(const arch::ChipSpec& chip, isa::ProgramSource& program, int copies, double gap_ns) {
  const arch::Timebase time(chip);
  program.rewind();
  const Tick alone = sim::simulate(chip, program, {}, timing_alone()).end;
  std::vector<sim::CoreProgram> programs;
  for (int c = 0; c < copies; ++c) {
    sim::CoreProgram p;
    p.core = c;
    p.program = &program;
    p.calls = kCalls;
    p.first_start = Tick(alone.value * c / copies);  // busy cores do not run in step
    p.gap = time.from_ns(gap_ns);
    programs.push_back(std::move(p));
  }
  const sim::CoresResult result = sim::simulate_cores(chip, programs, timing_alone());
  ChipRun run;
  run.alone_ns = time.to_ns(alone);
  std::vector<Tick> intervals;
  for (const sim::CoreRun& core : result.cores) intervals.push_back(core.interval());
  run.interval_ns = mean_ns(time, intervals);
  const double all = time.to_ns(result.end);
  run.contended_ns = all == 0 ? 0 : time.to_ns(result.memory.front().contended) / all * run.interval_ns;
  run.call = result.cores.front().result;
  run.bytes = static_cast<double>(run.call.counters.dram_read + run.call.counters.dram_written);
  return run;
}

}  // namespace

CoreLayout lay_out_cores(const arch::ChipSpec& chip, const arch::InstanceSpec& instance,
                         std::span<const arch::InstanceSpec> sizes, std::int64_t cores, const std::string& place) {
  const std::int64_t most = std::int64_t{chip.cores} * instance.chips;
  if (cores > most) {
    std::vector<std::string> notes;
    for (const arch::InstanceSpec& size : sizes)
      if (std::int64_t{chip.cores} * size.chips >= cores && notes.empty())
        notes.push_back(fmt::format("{} has {} cores ({} chips)", size.name, chip.cores * size.chips, size.chips));
    if (notes.empty()) notes.push_back(fmt::format("no instance of family {} has as many", instance.family));
    throw ShortageError(ErrorKind::usage, place,
                        fmt::format("{} cores are more than {} has: {} ({} chip{} of {})", cores, instance.name, most,
                                    instance.chips, instance.chips == 1 ? "" : "s", chip.cores),
                        {"NeuronCores of each chip", std::ceil(static_cast<double>(cores) / instance.chips),
                         static_cast<double>(chip.cores), "cores", "chip.cores"},
                        notes);
  }
  CoreLayout layout;
  layout.cores = static_cast<int>(cores);
  layout.chips = (layout.cores + chip.cores - 1) / chip.cores;
  layout.most = (layout.cores + layout.chips - 1) / layout.chips;
  return layout;
}

BusyCores simulate_busy_cores(const arch::ChipSpec& chip, std::span<isa::ProgramSource* const> programs,
                              const CoreLayout& layout, double gap_ns, Progress& progress) {
  progress.stage(fmt::format("simulate {} cores", layout.most));
  BusyCores busy;
  double contended = 0, bytes = 0, less_full = 0, calls_ns = 0;
  std::vector<EngineUse> engines;
  for (isa::ProgramSource* program : programs) {
    const ChipRun full = run_chip(chip, *program, layout.most, gap_ns);
    busy.alone_ns += full.alone_ns;
    busy.interval_ns += full.interval_ns;
    contended += full.contended_ns;
    bytes += full.bytes;
    calls_ns += arch::Timebase(chip).to_ns(full.call.end);
    const std::vector<EngineUse> uses = measure_engines(chip, full.call);
    if (engines.empty())
      engines = uses;
    else
      for (std::size_t e = 0; e < uses.size(); ++e) engines[e].busy_ns += uses[e].busy_ns;
    if (layout.full_chips() < layout.chips) less_full += run_chip(chip, *program, layout.most - 1, gap_ns).interval_ns;
  }
  set_rates(layout, gap_ns * static_cast<double>(programs.size()), less_full, busy);
  busy.contended = contended / busy.interval_ns;
  busy.bytes_per_ns = bytes * layout.most / busy.interval_ns;
  busy.limit_bytes_per_ns = layout.most > 1
                                ? chip.memory.shared_bytes_per_ns
                                : std::min(chip.memory.bytes_per_ns, chip.dma.engines * chip.dma.bytes_per_ns);
  const auto busiest = std::max_element(engines.begin(), engines.end(),
                                        [](const EngineUse& a, const EngineUse& b) { return a.busy_ns < b.busy_ns; });
  busy.bound = "waiting";
  if (busy.contended >= kMostOfIt)
    busy.bound = "device memory";
  else if (busiest != engines.end() && busiest->busy_ns >= kMostOfIt * calls_ns)
    busy.bound = busiest->engine;
  return busy;
}

BusyCores undisturbed_cores(const arch::ChipSpec& chip, std::span<const Tick> calls, const CoreLayout& layout,
                            double gap_ns) {
  const arch::Timebase time(chip);
  const Tick gap = time.from_ns(gap_ns);
  BusyCores busy;
  double less_full = 0;
  for (const Tick call : calls) {
    busy.alone_ns += time.to_ns(call);
    busy.interval_ns += mean_ns(time, std::vector<Tick>(static_cast<std::size_t>(layout.most), call + gap));
    if (layout.full_chips() < layout.chips)
      less_full += mean_ns(time, std::vector<Tick>(static_cast<std::size_t>(layout.most - 1), call + gap));
  }
  set_rates(layout, gap_ns * static_cast<double>(calls.size()), less_full, busy);
  return busy;
}

Throughput busy_throughput(const BusyCores& busy, const Throughput& from_one, double host_per_s) {
  Throughput rate = from_one;
  rate.simulated_cores = busy.most;
  rate.core_per_s = 1e9 / (busy.alone_ns + busy.device_start_ns);
  rate.chip_per_s = busy.chip_per_s;
  rate.chip_bound = busy.bound;
  rate.chips = busy.chips;
  rate.instance_per_s = busy.per_s;
  rate.instance_bound = "chips";
  if (host_per_s > 0 && host_per_s < rate.instance_per_s)
    rate.instance_per_s = host_per_s, rate.instance_bound = "host";
  return rate;
}

}  // namespace inf::workflow
