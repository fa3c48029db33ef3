#include "tools/workflow/sweep/device_call.h"

#include <fmt/core.h>

#include "compiler/pipeline/optimised.h"
#include "isa/arch/energy.h"
#include "sim/engines/dma_line.h"
#include "sim/kernel/simulate.h"
#include "sim/replay/stream_times.h"
#include "tools/workflow/content_key.h"
#include "tools/workflow/host_time.h"
#include "tools/workflow/instances.h"
#include "tools/workflow/measure.h"

namespace inf::workflow::sweep {
namespace {

/// What one core alone meets of a chip.
arch::ChipSpec one_core(arch::ChipSpec chip) {
  chip.name.clear();
  chip.cores = 1;
  chip.memory.shared_bytes_per_ns = chip.memory.bytes_per_ns;
  chip.neuronlink = {};
  chip.host = {};
  return chip;
}

/// Without the kernel where that is exact, which is most of the time.
sim::ProgramTimes times_of(const arch::ChipSpec& chip, isa::ProgramSource& source) {
  if (!sim::memory_contended(chip, 1)) return sim::program_times(chip, source);
  sim::SimOptions timing;
  timing.values = false;
  timing.check_hazards = false;
  const sim::SimResult run = sim::simulate(chip, source, {}, timing);
  return {run.end, run.counters.dram_read, run.counters.dram_written, run.counters.macs, run.instructions};
}

ProgramFigures figures(const isa::ProgramImage& image, const sim::ProgramTimes& times) {
  ProgramFigures f;
  f.end = times.end;
  f.copied_bytes = copied_bytes(image);
  for (const isa::SourceOp& op : image.ops) f.macs += static_cast<std::uint64_t>(op.macs);
  f.executed_macs = times.macs;
  f.dram_read = times.dram_read;
  f.dram_written = times.dram_written;
  f.instructions = times.instructions;
  return f;
}

Roofline roofline(const ProgramFigures& f, const arch::ChipSpec& chip, DType compute) {
  Roofline roof;
  roof.macs = f.macs;
  roof.executed_macs = f.executed_macs;
  roof.dram_read = f.dram_read;
  roof.dram_written = f.dram_written;
  roof.peak_tflops = peak_tflops(chip, compute);
  roof.bytes_per_ns = core_bytes_per_ns(chip);
  return roof;
}

}  // namespace

std::string key_of(const DeviceQuestion& q) {
  ContentKey key;
  key.add(q.graph.key);
  key.add(fmt::format("precision {} {} host {} weights {}", static_cast<int>(q.workload.precision.compute),
                      static_cast<int>(q.workload.precision.storage), static_cast<int>(q.workload.host_operators),
                      static_cast<int>(q.workload.weights)));
  key.add(mode_name(q.mode));
  key.add(q.layout ? q.chip.hash() : one_core(q.chip).hash());
  if (q.layout)
    key.add(fmt::format("cores {} {} {} gap {}", q.layout->cores, q.layout->chips, q.layout->most, q.gap_ns));
  return key.text();
}

compiler::PlacedModel compile(const DeviceQuestion& q) {
  const compiler::CompileOptions options = with_workload({}, q.workload);
  if (q.workload.host_operators == compiler::HostOperators::allow)
    return compiler::compile_placed(q.graph.imported, q.chip, options, compiler::HostOperators::allow);
  compiler::PlacedModel placed;
  placed.segments.push_back(
      {compiler::Place::chip, {}, compiler::compile_optimised(q.graph.optimised, q.chip, options)});
  return placed;
}

DeviceCall time(const DeviceQuestion& q, const compiler::PlacedModel& model) {
  DeviceCall call;
  std::vector<isa::ProgramSource*> sources;
  for (const compiler::CompiledSegment& segment : model.segments) {
    if (segment.place == compiler::Place::host) {
      call.host.push_back(segment.graph);
      continue;
    }
    isa::ProgramSource& source = *segment.model.source;
    call.programs.push_back(figures(source.image(), times_of(q.chip, source)));
    sources.push_back(&source);
  }
  if (q.layout) {
    Progress quiet(false);
    call.busy = simulate_busy_cores(q.chip, sources, *q.layout, q.gap_ns, quiet);
  }
  return call;
}

TimedSections measure(const DeviceCall& call, const DeviceQuestion& q, const arch::InstanceSpec& instance) {
  TimedSections report;
  report.latency.calls = 0;
  std::vector<Roofline> parts;
  for (const ProgramFigures& f : call.programs) {
    add_program(measure_latency(q.chip, f.end, f.copied_bytes, instance), report.latency);
    parts.push_back(roofline(f, q.chip, q.workload.precision.compute));
  }
  for (const compiler::Graph& graph : call.host) report.latency.host_ns += host_ns(graph, instance.runtime);
  report.roofline = sum_rooflines(parts, report.latency.device_ns);
  report.throughput = measure_throughput(q.chip, report.latency, report.roofline, instance);
  if (const auto spec = arch::energy_of(q.chip)) report.energy = measure_energy(*spec, report.roofline, report.latency);
  if (call.busy)
    report.throughput = busy_throughput(*call.busy, report.throughput, host_per_s(report.latency.host_ns, instance));
  report.cost = measure_cost(report.throughput, instance);
  return report;
}

}  // namespace inf::workflow::sweep
