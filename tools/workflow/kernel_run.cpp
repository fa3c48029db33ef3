#include "tools/workflow/kernel_run.h"

#include <fmt/core.h>

#include <optional>
#include <vector>

#include "tools/workflow/measure.h"
#include "tools/workflow/recorded_run.h"

namespace inf::workflow {
namespace {

/// From the moment at which a transfer's trigger may start to its first byte, for the first transfer of a run.
struct FirstByte : sim::Observer {
  Tick triggered{-1}, moved{-1};
  void retired(const sim::Retired& r) override {
    if (r.opcode == isa::Opcode::dma_copy && triggered < Tick(0)) triggered = r.start;
  }
  void transferred(const sim::DmaTransfer& t) override {
    if (moved < Tick(0)) moved = t.start;
  }
};

double measured_ns(const workloads::KernelInfo& kernel, const arch::ChipSpec& chip, const arch::RuntimeSpec& runtime,
                   double run_ns, const FirstByte& first) {
  using workloads::Measured;
  switch (kernel.measured) {
    case Measured::call: return run_ns + static_cast<double>(runtime.device_start_ns);
    case Measured::run: return run_ns;
    case Measured::step: return run_ns / static_cast<double>(kernel.steps);
    case Measured::first_byte: return arch::Timebase(chip).to_ns(first.moved - first.triggered);
  }
  return run_ns;
}

}  // namespace

KernelRun run_kernel(const workloads::KernelInfo& kernel, const arch::ChipSpec& chip, const arch::RuntimeSpec& runtime,
                     Progress& progress, RecordedRun* record) {
  const std::unique_ptr<isa::ProgramSource> program = workloads::make_kernel(kernel.name, chip);
  sim::SimOptions how;
  how.values = false;
  how.check_hazards = false;
  FirstByte first;
  std::vector<sim::Observer*> observers = {&first};
  std::optional<ProgramWatch> watch = watch_program(record, *program, chip);
  if (watch)
    for (sim::Observer* o : watch->observers()) observers.push_back(o);
  progress.stage(kernel.name);
  const sim::SimResult result = sim::simulate(chip, *program, {}, how, observers, [&](const sim::Progress& p) {
    progress.update(0, fmt::format("{} instructions", p.instructions));
  });
  progress.clear();
  KernelRun run;
  run.kernel = &kernel;
  run.chip = chip.name;
  const arch::Timebase time(chip);
  run.run_ns = time.to_ns(result.end);
  run.measured_ns = measured_ns(kernel, chip, runtime, run.run_ns, first);
  run.dma_busy_ns = time.to_ns(result.counters.dma_busy);
  run.instructions = result.instructions;
  run.macs = result.counters.macs;
  run.dram_read = result.counters.dram_read;
  run.dram_written = result.counters.dram_written;
  run.engines = measure_engines(chip, result);
  if (watch) {
    record->programs.push_back(watch->take(result, record->end_ns));
    record->programs.back().engines = run.engines;
    record->end_ns += run.run_ns;
  }
  return run;
}

}  // namespace inf::workflow
