#include "tools/workflow/sweep/tile_bound.h"

#include <fmt/core.h>

#include <algorithm>

#include "sim/engines/undisturbed.h"
#include "tools/workflow/format.h"
#include "tools/workflow/host_time.h"
#include "tools/workflow/measure.h"

namespace inf::workflow::sweep {
namespace {

struct Part {
  Tick needs;
  std::string text;
};

std::vector<Part> parts(const sim::UndisturbedRun& run, const arch::Timebase& time) {
  std::vector<Part> all;
  const auto ns = [&](Tick t) { return duration(time.to_ns(t)); };
  for (int e = 0; e < arch::kEngines; ++e) {
    const auto i = static_cast<std::size_t>(e);
    if (run.instructions[i] > 0)
      all.push_back({run.engines[i],
                     fmt::format("{}: {} instructions without a wait = {}", arch::name(static_cast<arch::Engine>(e)),
                                 grouped(static_cast<std::int64_t>(run.instructions[i])), ns(run.engines[i]))});
  }
  all.push_back({run.dma, fmt::format("dma: engine {} serves {} shares of {} = {}", run.busiest_dma,
                                      grouped(static_cast<std::int64_t>(run.dma_shares)),
                                      si(static_cast<double>(run.dma_bytes), "B"), ns(run.dma))});
  all.push_back({run.transfers, fmt::format("dma: the last of {} transfers ends at {}",
                                            grouped(static_cast<std::int64_t>(run.dma_transfers)), ns(run.transfers))});
  all.push_back(
      {run.memory, fmt::format("device memory: {} = {}", si(static_cast<double>(run.dram_read + run.dram_written), "B"),
                               ns(run.memory))});
  return all;
}

}  // namespace

ProgramBound least_time(isa::ProgramSource& program, const arch::ChipSpec& chip, RunOptions::Mode mode) {
  const sim::UndisturbedRun run = sim::run_undisturbed(chip, program);
  ProgramBound bound;
  bound.copied_bytes = copied_bytes(program.image());
  if (run.data_dependent > 0 && mode != RunOptions::Mode::timing) {
    bound.proof = "data decides how long the program runs: nothing is sure of its time";
    return bound;
  }
  const std::vector<Part> all = parts(run, arch::Timebase(chip));
  const Part& most =
      *std::max_element(all.begin(), all.end(), [](const Part& a, const Part& b) { return a.needs < b.needs; });
  bound.device = most.needs;
  bound.dram_bytes = run.dram_read + run.dram_written;
  bound.macs = run.macs;
  bound.proof = most.text;
  return bound;
}

std::vector<ProgramBound> tile_programs(compiler::PlacedModel& model, const arch::ChipSpec& chip,
                                        RunOptions::Mode mode) {
  std::vector<ProgramBound> programs;
  for (compiler::CompiledSegment& segment : model.segments)
    if (segment.place == compiler::Place::chip) programs.push_back(least_time(*segment.model.source, chip, mode));
  return programs;
}

Bound tile_bound(compiler::PlacedModel& model, const BoundTarget& target) {
  double host = 0;
  for (const compiler::CompiledSegment& segment : model.segments)
    if (segment.place == compiler::Place::host) host += host_ns(segment.graph, target.instance.runtime);
  return call_bound("tiles", tile_programs(model, target.chip, target.mode), host, target);
}

}  // namespace inf::workflow::sweep
