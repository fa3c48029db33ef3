#include "tools/workflow/stages.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <optional>

#include "isa/base/error.h"
#include "tools/workflow/device_tensors.h"
#include "tools/workflow/measure.h"
#include "tools/workflow/recorded_run.h"
#include "tools/workflow/segments.h"
#include "tools/workflow/tensors.h"
#include "tools/workflow/weights.h"

namespace inf::workflow {
namespace {

using Role = isa::TensorEntry::Role;

/// Calls beyond those that fill the stages: the last stage's times between them are the steady state.
constexpr int kSteadyCalls = 4;
/// Calls of each copy of the whole model, for comparison.
constexpr int kCopyCalls = 3;

const isa::ProgramImage& image_of(const compiler::Stage& stage) { return stage.model.source->image(); }

/// Stage that makes each value by name.
std::map<std::string, std::size_t> makers(const compiler::StagedModel& staged) {
  std::map<std::string, std::size_t> made;
  for (std::size_t s = 0; s < staged.stages.size(); ++s)
    for (const isa::TensorEntry& t : image_of(staged.stages[s]).tensors)
      if (t.role == Role::output) made[t.name] = s;
  return made;
}

/// Bytes that a stage takes from each earlier one.
std::map<std::size_t, std::int64_t> taken(const compiler::Stage& stage,
                                          const std::map<std::string, std::size_t>& made) {
  std::map<std::size_t, std::int64_t> bytes;
  for (const isa::TensorEntry& t : image_of(stage).tensors)
    if (const auto at = made.find(t.name); t.role == Role::input && at != made.end()) bytes[at->second] += t.bytes;
  return bytes;
}

sim::SimOptions timing_only() {
  sim::SimOptions how;
  how.values = false;
  return how;
}

/// What watches the observed call of a stage.
struct StageWatch {
  std::optional<ProgramWatch> record;
  TransferTimes transfers;
  std::vector<sim::Observer*> observers;

  StageWatch(RecordedRun* run, isa::ProgramSource& program, const arch::ChipSpec& chip)
      : record(watch_program(run, program, chip)), transfers(program.image().ops.size()) {
    if (!record) return;
    observers = record->observers();
    observers.push_back(&transfers);
  }
  StageWatch(const StageWatch&) = delete;
  StageWatch& operator=(const StageWatch&) = delete;
};

/// Adds the observed call of every stage, which is the same call for all, where it lay among those under way.
void add_calls(const compiler::StagedModel& staged, const arch::ChipSpec& chip, const sim::CoresResult& calls,
               std::deque<StageWatch>& watches, RecordedRun& run) {
  const arch::Timebase time(chip);
  const std::size_t observed = calls.cores.front().call_start.size() / 2;
  const Tick origin = calls.cores.front().call_start[observed];
  const double base = run.end_ns;
  for (std::size_t s = 0; s < staged.stages.size(); ++s) {
    const compiler::Stage& stage = staged.stages[s];
    const sim::CoreRun& core = calls.cores[s];
    RecordedProgram program =
        watches[s].record->take(core.result, base + time.to_ns(core.call_start[observed] - origin));
    program.chip = static_cast<int>(s) / chip.cores;
    program.core = static_cast<int>(s) % chip.cores;
    program.engines = measure_engines(chip, core.result);
    program.operators =
        measure_operators(chip, image_of(stage), core.result, watches[s].transfers, stage.model.estimates);
    run.end_ns = std::max(run.end_ns, program.start_ns + time.to_ns(program.end));
    run.programs.push_back(std::move(program));
  }
}

sim::CoresResult time_stages(compiler::StagedModel& staged, const arch::ChipSpec& chip, RecordedRun* record) {
  const auto made = makers(staged);
  std::deque<StageWatch> watches;
  const int count = static_cast<int>(staged.stages.size());
  std::vector<sim::CoreProgram> programs;
  for (int s = 0; s < count; ++s) {
    compiler::Stage& stage = staged.stages[static_cast<std::size_t>(s)];
    sim::CoreProgram program;
    program.chip = s / chip.cores;
    program.core = s % chip.cores;
    program.program = stage.model.source.get();
    program.calls = count + kSteadyCalls;
    // Between a stage and one further on there are as many calls under way as stages.
    for (const auto& [maker, bytes] : taken(stage, made))
      program.feeds.push_back({static_cast<int>(maker), bytes, s - static_cast<int>(maker) + 1});
    program.observers = watches.emplace_back(record, *program.program, chip).observers;
    programs.push_back(std::move(program));
  }
  sim::CoresResult calls = sim::simulate_cores(chip, programs, timing_only());
  if (record) add_calls(staged, chip, calls, watches, *record);
  return calls;
}

/// One copy of the model on each core of a chip, or on as many as the stages have.
sim::CoresResult time_copies(compiler::CompiledModel& whole, std::size_t cores, const arch::ChipSpec& chip) {
  std::vector<sim::CoreProgram> programs(std::min<std::size_t>(cores, static_cast<std::size_t>(chip.cores)));
  for (std::size_t i = 0; i < programs.size(); ++i) {
    programs[i].core = static_cast<int>(i);
    programs[i].program = whole.source.get();
    programs[i].calls = kCopyCalls;
  }
  return sim::simulate_cores(chip, programs, timing_only());
}

/// Values of one call through all stages; between them they pass as bytes.
NamedValues compute(compiler::StagedModel& staged, const arch::ChipSpec& chip, const std::vector<ModelInput>& inputs,
                    const RunOptions& options, Progress& progress) {
  std::map<std::string, std::vector<std::byte>> passed;
  NamedValues values;
  for (const ModelInput& input : inputs) values[input.name] = {input.shape, input.values};
  for (const compiler::Graph& graph : staged.before) run_on_host(graph, values, progress);
  for (compiler::Stage& stage : staged.stages) {
    const isa::ProgramImage& image = image_of(stage);
    std::vector<sim::TensorData> data;
    for (const isa::TensorEntry& t : image.tensors) {
      if (t.role != Role::input) continue;
      if (const auto at = passed.find(t.name); at != passed.end())
        data.push_back({t.name, at->second});
      else if (const auto input = values.find(t.name); input != values.end())
        data.push_back({t.name, to_bytes(input->second.data, t.dtype)});
    }
    sim::SimOptions how;
    how.timing = false;
    how.threads = options.threads;
    const sim::SimResult result = sim::simulate(chip, *stage.model.source, data, how);
    for (const sim::TensorData& out : result.outputs) passed[out.name] = out.bytes;
    for (const compiler::ValueId id : staged.chip.outputs) {
      const compiler::Value& value = staged.chip.value(id);
      const bool here = std::any_of(result.outputs.begin(), result.outputs.end(),
                                    [&](const sim::TensorData& out) { return out.name == value.name; });
      if (here) values[value.name] = {value.shape, output_values(image, result, value.name)};
    }
  }
  for (const compiler::Graph& graph : staged.after) run_on_host(graph, values, progress);
  return values;
}

/// Mean length of a stage's calls while the last one, `behind` stages on, is in the steady state.
Tick steady_call(const sim::CoreRun& core, std::size_t behind) {
  Tick sum;
  for (std::size_t call = behind + 1; call <= behind + kSteadyCalls - 1; ++call)
    sum += core.call_end[call] - core.call_start[call];
  return Tick(sum.value / (kSteadyCalls - 1));
}

/// AWS's rule of thumb for how many cores a model should be spread over. Source: PIPE page, 4 x round(weights / 2e7).
int advised_cores(double weights) { return std::max(1, 4 * static_cast<int>(std::lround(weights / 2e7))); }

}  // namespace

StagedRun run_stages(compiler::StagedModel& staged, compiler::CompiledModel& whole, const arch::ChipSpec& chip,
                     const std::vector<ModelInput>& inputs, const RunOptions& options, Progress& progress) {
  StagedRun run;
  progress.stage("simulate");
  if (options.mode != RunOptions::Mode::timing) run.values = compute(staged, chip, inputs, options, progress);
  if (options.mode != RunOptions::Mode::values) {
    run.calls = time_stages(staged, chip, options.record);
    run.copies = time_copies(whole, staged.stages.size(), chip);
  }
  return run;
}

StagesUse measure_stages(const compiler::StagedModel& staged, const StagedRun& run, const arch::ChipSpec& chip,
                         DType compute) {
  const arch::Timebase time(chip);
  const auto made = makers(staged);
  StagesUse use;
  double weights = 0, sum = 0;
  const std::size_t count = staged.stages.size();
  for (std::size_t s = 0; s < count; ++s) {
    const compiler::Stage& stage = staged.stages[s];
    StageUse one;
    one.chip = static_cast<int>(s) / chip.cores;
    one.core = static_cast<int>(s) % chip.cores;
    one.operators = stage.model.graph.nodes.size();
    if (!stage.nodes.empty()) one.first = stage.nodes.front(), one.last = stage.nodes.back();
    one.predicted_ns = stage.predicted_ns;
    for (const auto& [maker, bytes] : taken(stage, made)) one.bytes_in += bytes;
    const bool timed = !run.calls.cores.empty();
    add_weights(stage.model.weights, chip, timed ? time.to_ns(run.calls.cores[s].result.load) : 0, one.weights);
    weights += static_cast<double>(stage.model.weights.bytes) / size_of(compute);
    if (timed) one.ns = time.to_ns(steady_call(run.calls.cores[s], count - 1 - s));
    sum += one.ns;
    use.slowest_ns = std::max(use.slowest_ns, one.ns);
    use.device_memory_bytes += image_of(stage).dram_bytes;
    use.stages.push_back(std::move(one));
  }
  use.advised_cores = advised_cores(weights);
  if (run.calls.cores.empty()) return use;
  const std::vector<Tick>& ends = run.calls.cores.back().call_end;
  use.fill_ns = time.to_ns(ends.front());
  use.interval_ns = time.to_ns(ends[kSteadyCalls] - ends[1]) / (kSteadyCalls - 1);
  use.link_bytes = run.calls.links.bytes;
  for (StageUse& one : use.stages) one.utilisation = one.ns / use.interval_ns;
  use.bubbles = 1 - sum / (use.interval_ns * static_cast<double>(count));
  use.balance = sum / static_cast<double>(count) / use.slowest_ns;
  double interval = 0;
  for (const sim::CoreRun& core : run.copies.cores) interval = std::max(interval, time.to_ns(core.interval()));
  use.copies_interval_ns = interval / static_cast<double>(count);
  use.copies_latency_ns = interval;
  return use;
}

void check_core_count(std::int64_t cores, const arch::ChipSpec& chip, const arch::InstanceSpec& instance) {
  const std::int64_t most = std::int64_t{chip.cores} * instance.chips;
  if (cores >= 1 && cores <= most) return;
  throw Error(ErrorKind::usage, "--cores",
              fmt::format("{} is outside 1..{}: {} has {} chip{} of {} cores", cores, most, instance.name,
                          instance.chips, instance.chips == 1 ? "" : "s", chip.cores),
              {"name a larger instance in target.instance, or use fewer cores"});
}

}  // namespace inf::workflow
