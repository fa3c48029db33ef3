#include "tests/tools/workflow/sweep/bound_check.h"

#include <fmt/core.h>

#include <cmath>

#include "compiler/passes/graph_passes.h"
#include "compiler/passes/plain_loops.h"
#include "compiler/pipeline/placement.h"
#include "isa/base/error.h"
#include "sim/replay/stream_times.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/segments.h"
#include "tools/workflow/sweep/case_metrics.h"
#include "tools/workflow/sweep/roofline_bound.h"
#include "tools/workflow/sweep/tile_bound.h"

namespace inf::test {

using namespace workflow;
using namespace workflow::sweep;

namespace {

GraphFacts facts_of(compiler::Graph graph, bool loops) {
  if (!loops) compiler::unroll_loops(graph);
  compiler::run_graph_passes(graph);
  return graph_facts(graph);
}

std::vector<isa::ProgramSource*> sources(compiler::PlacedModel& model) {
  std::vector<isa::ProgramSource*> all;
  for (compiler::CompiledSegment& s : model.segments)
    if (s.place == compiler::Place::chip) all.push_back(s.model.source.get());
  return all;
}

/// A chip whose DMA cannot cast refuses some recurrent programs.
bool runs(compiler::PlacedModel& model, const arch::ChipSpec& chip) {
  try {
    for (isa::ProgramSource* source : sources(model)) sim::program_time(chip, *source);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::illegal_instruction && !chip.dma.casts) return false;
    throw;
  }
  for (isa::ProgramSource* source : sources(model)) source->rewind();
  return true;
}

Report simulate(compiler::PlacedModel& model, const BoundSettings& s) {
  Progress silent(false);
  RunOptions timing;
  timing.mode = RunOptions::Mode::timing;
  Report report;
  const PlacedRun run = run_segments(model, s.chip, s.instance, {}, timing, silent);
  measure_placed(model, run, s.chip, s.instance, s.precision.compute, report);
  if (!s.layout) return report;
  const auto gap = static_cast<double>(s.instance.runtime.device_start_ns);
  const std::vector<isa::ProgramSource*> programs = sources(model);
  report.busy = simulate_busy_cores(s.chip, programs, *s.layout, gap, silent);
  report.throughput =
      busy_throughput(*report.busy, *report.throughput, host_per_s(report.latency->host_ns, s.instance));
  report.cost = measure_cost(*report.throughput, s.instance);
  return report;
}

}  // namespace

BoundGraph::BoundGraph(const BoundModel& model)
    : name(model.name),
      imported(model.graph()),
      with_loops_(facts_of(imported, true)),
      unrolled_(facts_of(imported, false)) {}

BoundSettings random_settings(std::uint64_t seed) {
  Draws draws(seed);
  BoundSettings s{random_chip(draws), random_instance(draws), {}, {}, {}, {}};
  s.precision = draws.one_of<Precision>({{DType::bf16, DType::bf16},
                                         {DType::bf16, DType::bf16},
                                         {DType::fp32, DType::fp32},
                                         {DType::bf16, DType::fp32},
                                         {DType::fp8_e4m3, DType::bf16}});
  if (draws.chance(30)) s.weights = compiler::WeightChoice::stream;
  if (draws.chance(20)) s.host_operators = compiler::HostOperators::allow;
  if (draws.chance(20)) {
    s.instance.chips = draws.one_of({1, 2, 3});
    const std::int64_t cores = 1 + draws.below(std::int64_t{s.chip.cores} * s.instance.chips);
    s.layout = lay_out_cores(s.chip, s.instance, {}, cores, "cores");
  }
  return s;
}

std::optional<Compared> compare_bounds(const BoundGraph& graph, const BoundSettings& s) {
  compiler::CompileOptions options;
  options.compute = s.precision.compute;
  options.storage = s.precision.storage;
  options.weights = s.weights;
  options.verify = false;
  compiler::PlacedModel model;
  try {
    model = compiler::compile_placed(graph.imported, s.chip, options, s.host_operators);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsupported) throw;
    return std::nullopt;
  }
  if (sources(model).empty() || !runs(model, s.chip)) return std::nullopt;
  const BoundTarget target = s.target();
  const arch::Timebase time(s.chip);
  Compared c;
  if (auto roof = roofline_bound(graph.facts(s.chip.sequencer.loops), target)) {
    c.bounds.push_back(*roof);
    c.device_bounds_ns.push_back(time.to_ns(roofline(graph.facts(s.chip.sequencer.loops), target).device));
  }
  c.bounds.push_back(tile_bound(model, target));
  c.device_bounds_ns.push_back(0);
  for (const ProgramBound& p : tile_programs(model, s.chip, target.mode))
    c.device_bounds_ns.back() += time.to_ns(p.device);
  const Report report = simulate(model, s);
  c.simulated = case_metrics(*report.latency, *report.throughput, report.cost, 1, report.energy);
  c.device_ns = report.latency->device_ns;
  return c;
}

std::vector<std::string> broken_bounds(const Compared& c) {
  std::vector<std::string> broken;
  for (std::size_t i = 0; i < c.bounds.size(); ++i) {
    const Bound& bound = c.bounds[i];
    for (const MetricInfo& m : metrics()) {
      const double best = bound.best[m.metric], got = c.simulated[m.metric];
      if (m.more_is_better ? got > best : got < best)
        broken.push_back(fmt::format("{}: {} is {}, bound {}: {}", bound.level, m.name, got, best, bound.proof));
    }
    if (c.device_bounds_ns[i] > c.device_ns)
      broken.push_back(fmt::format("{}: device {} ns, bound {} ns: {}", bound.level, c.device_ns, c.device_bounds_ns[i],
                                   bound.proof));
  }
  return broken;
}

}  // namespace inf::test
