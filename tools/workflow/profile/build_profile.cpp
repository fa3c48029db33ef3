#include "tools/workflow/profile/build_profile.h"

#include <algorithm>
#include <map>
#include <span>

#include "tools/workflow/profile/layers.h"
#include "tools/workflow/profile/metrics.h"
#include "tools/workflow/profile/path.h"
#include "tools/workflow/profile/timeline.h"
#include "tools/workflow/profile/usage.h"
#include "tools/workflow/profile/warnings.h"

namespace inf::workflow {
namespace {

constexpr IdleReason kHostRuns{"host", "operators on the host ran"};
constexpr IdleReason kNoProgram{"no program", "the core had no program to run while another core's went on"};
constexpr IdleReason kNoTransfer{"no transfer", "of the DMA engines: there was no transfer to serve"};
constexpr IdleReason kIdleReasons[] = {kHostRuns, kNoProgram, kNoTransfer};

void describe(const Report& head, const RecordedRun& run, const arch::ChipSpec& chip, Profile& profile) {
  profile.workload = head.workload;
  profile.model = head.model;
  profile.chip = chip.name;
  profile.chip_title = chip.title;
  profile.chip_hash = chip.hash();
  profile.precision = text(head.precision);
  profile.mode = head.mode;
  profile.tick_mhz = arch::Timebase(chip).mhz();
  profile.weights = head.weights;
  profile.roofline = head.roofline;
  profile.settings = chip_settings(chip);
  profile.settings.emplace_back("detail", name(run.detail));
}

/// An engine over all programs, in ticks.
struct EngineTicks {
  std::int64_t busy = 0;
  std::uint64_t instructions = 0;
  std::map<std::string, std::int64_t> idle;
};

void add(const sim::EngineCounters& counters, EngineTicks& sum) {
  sum.busy += counters.busy.value;
  sum.instructions += counters.instructions;
  for (int r = 0; r < sim::kStallReasons; ++r) {
    const auto reason = static_cast<sim::StallReason>(r);
    if (reason == sim::StallReason::datapath) continue;  // overlaps with busy
    if (const std::int64_t ticks = counters.stalls[static_cast<std::size_t>(r)].value; ticks > 0)
      sum.idle[std::string(sim::name(reason))] += ticks;
  }
}

EngineUse engine_use(std::string name, const EngineTicks& ticks, int cores, const Profile& profile) {
  EngineUse use;
  use.engine = std::move(name);
  use.busy_ns = profile.ns(ticks.busy);
  const std::int64_t all = profile.ticks * cores;
  use.utilisation = all > 0 ? static_cast<double>(ticks.busy) / static_cast<double>(all) : 0;
  use.instructions = ticks.instructions;
  for (const auto& [reason, idle] : ticks.idle)
    if (idle > 0) use.idle_ns.emplace_back(reason, profile.ns(idle));
  std::stable_sort(use.idle_ns.begin(), use.idle_ns.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return use;
}

/// Engines of all cores that ran; what is left of the time beside programs is the host's, or another core's.
std::vector<EngineUse> engines_of(const RecordedRun& run, const arch::ChipSpec& chip, const Timeline& line,
                                  const Profile& profile) {
  const int cores = std::max(1, line.cores);
  const std::int64_t outside = profile.ticks * cores - line.program_ticks();
  const std::int64_t host = std::min(outside, line.host_ticks() * cores);
  const auto finish = [&](EngineTicks& ticks) {
    ticks.idle[kHostRuns.name] += host;
    ticks.idle[kNoProgram.name] += outside - host;
  };
  std::vector<EngineUse> uses;
  for (int e = 0; e < arch::kEngines; ++e) {
    const auto engine = static_cast<arch::Engine>(e);
    if (!chip.has(engine)) continue;
    EngineTicks ticks;
    for (const RecordedProgram& program : run.programs)
      add(program.counters.engines[static_cast<std::size_t>(e)], ticks);
    finish(ticks);
    uses.push_back(engine_use(std::string(arch::name(engine)), ticks, cores, profile));
  }
  EngineTicks dma;
  for (const RecordedProgram& program : run.programs) {
    dma.busy += program.counters.dma_busy.value;
    dma.instructions += program.counters.dma_transfers;
  }
  dma.idle[kNoTransfer.name] = line.program_ticks() - dma.busy;
  finish(dma);
  uses.push_back(engine_use("dma", dma, cores, profile));
  return uses;
}

OperatorWork work_of(const sim::OpCounters& counters, const arch::TensorSpec& array) {
  OperatorWork work;
  work.matmuls = counters.array.matmuls;
  work.rows_used = counters.array.rows_used(array.rows);
  work.columns_used = counters.array.columns_used(array.columns);
  return work;
}

void add_weight_switches(const RecordedProgram& program, const arch::Timebase& time, std::span<ProfileOperator> ops) {
  for (const sim::RecordedStep& step : program.recording.steps)
    if (step.op >= 0 && static_cast<std::size_t>(step.op) < ops.size())
      ops[static_cast<std::size_t>(step.op)].work.weight_switch_ticks += weight_switch_ticks(step, time);
}

/// What transfers say about operators: where only spans were recorded, no more than their number.
void add_transfers(const RecordedProgram& program, std::span<ProfileOperator> ops) {
  for (const sim::RecordedTransfer& transfer : program.recording.transfers) {
    if (transfer.op < 0 || static_cast<std::size_t>(transfer.op) >= ops.size()) continue;
    OperatorWork& work = ops[static_cast<std::size_t>(transfer.op)].work;
    ++work.transfers;
    work.descriptors += transfer.descriptors;
    for (const sim::ServedShare& share : program.recording.shares_of(transfer)) work.dma_bytes += share.bytes;
  }
  if (!program.recording.steps.empty()) return;
  for (const sim::QueueSpan& span : program.spans.queues)
    if (span.op >= 0 && static_cast<std::size_t>(span.op) < ops.size())
      ops[static_cast<std::size_t>(span.op)].work.transfers += static_cast<std::int64_t>(span.transfers);
}

void add_operators(const RecordedProgram& program, const arch::ChipSpec& chip, int index, std::int64_t start,
                   Profile& profile) {
  std::vector<std::string> names;
  for (const OperatorUse& use : program.operators) names.push_back(use.name);
  const std::vector<std::string> layers = layers_of(names);
  const std::size_t first = profile.operators.size();
  const double shift = profile.ns(start), all = profile.ns(profile.ticks);
  for (std::size_t i = 0; i < program.operators.size(); ++i) {
    ProfileOperator op;
    op.use = program.operators[i];
    if (op.use.end_ns > 0) op.use.start_ns += shift, op.use.end_ns += shift;
    op.use.share = all > 0 ? op.use.added_ns / all : 0;
    if (i < program.counters.ops.size()) op.work = work_of(program.counters.ops[i], chip.tensor);
    op.layer = layers[i];
    op.program = index;
    profile.operators.push_back(std::move(op));
  }
  const std::span<ProfileOperator> added = std::span(profile.operators).subspan(first);
  add_weight_switches(program, arch::Timebase(chip), added);
  add_transfers(program, added);
}

}  // namespace

std::span<const IdleReason> idle_reasons() { return kIdleReasons; }

Profile build_profile(const Report& head, const RecordedRun& run, const arch::ChipSpec& chip) {
  Profile profile;
  describe(head, run, chip, profile);
  const Timeline line = timeline_of(run, arch::Timebase(chip));
  profile.ticks = line.end;
  for (std::size_t i = 0; i < run.programs.size(); ++i) {
    const RecordedProgram& program = run.programs[i];
    const Timeline::Piece& piece = line.programs[i];
    profile.programs.push_back({program.name, program.chip, program.core, piece.start, piece.ticks});
    add_operators(program, chip, static_cast<int>(i), piece.start, profile);
  }
  profile.engines = engines_of(run, chip, line, profile);
  add_path(run, chip, profile);
  profile.usage = usage_over_time(run, chip);
  profile.metrics = measure_metrics(gather_facts(run, chip, profile));
  for (ProfileWarning& warning : judge_metrics(profile)) profile.warnings.push_back(std::move(warning.text));
  return profile;
}

}  // namespace inf::workflow
