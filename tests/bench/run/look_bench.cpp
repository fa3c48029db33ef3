#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "isa/arch/chip_config.h"
#include "tools/workflow/model.h"
#include "tools/workflow/profile/build_profile.h"
#include "tools/workflow/profile/profile_db.h"
#include "tools/workflow/program_run.h"
#include "tools/workflow/recorded_run.h"
#include "tools/workflow/run.h"
#include "tools/workflow/trace/trace.h"
#include "workloads/cnn/cnn.h"

// What looking at a run costs, over the same run without any observer. A run is what `inf-sim run` does: the model is
// loaded and compiled, its program simulated, and the file written that was asked for. Counters named after a way are
// ratios of whole runs; those with _sim leave loading and compiling out of both sides. All ways take turns in one
// process and each counter is the median of the turns' ratios; time is the processor's, so that other work on the
// machine does not count. Budgets: operators 1.05, trace 2.
namespace {

using namespace inf;
using workflow::Detail;

/// Ways to run a program, in the order in which they take turns.
enum Way : std::size_t {
  plain,         ///< nothing watches
  operators,     ///< run --profile at the level of operators
  recording,     ///< every instruction is kept, and nothing made of it
  instructions,  ///< run --profile with all tables, critical path and usage
  trace,         ///< run --trace with every instruction
  ways
};
constexpr std::array<const char*, ways> kNames = {"plain", "operators", "recording", "instructions", "trace"};

/// A model on one NeuronCore of inf2, compiled once.
struct Subject {
  workflow::Workload workload;
  arch::ChipSpec chip;
  workflow::LoadedWorkload loaded;
  compiler::CompiledModel model;
  workflow::NamedValues values;
  double seconds = 0;  ///< for loading and compiling it
};

double seconds_since(std::clock_t start) { return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC; }

Subject subject(workflow::ModelChoice model, bool values) {
  Subject s;
  const std::clock_t start = std::clock();
  s.workload.name = "bench";
  s.workload.model = std::move(model);
  s.workload.chip = INF_SOURCE_DIR "/configs/chips/inf2.yaml";
  s.workload.instances = INF_SOURCE_DIR "/configs/instances/inf2.yaml";
  s.chip = arch::load_chip(s.workload.chip);
  s.loaded = workflow::load(s.workload, values);
  s.model = compiler::compile(s.loaded.graph, s.chip, {});
  for (const workflow::ModelInput& input : s.loaded.inputs) s.values[input.name] = {input.shape, input.values};
  s.seconds = seconds_since(start);
  return s;
}

workflow::ModelChoice craft() {
  workflow::BuiltinCraft model;
  model.size = workflow::Extent{768, 768};
  model.weights.source = workloads::WeightChoice::Source::random;
  return model;
}

workflow::ModelChoice resnet() {
  workflow::BuiltinCnn model;
  model.options.shape = *workloads::find_cnn("resnet50");
  model.options.weights.source = workloads::WeightChoice::Source::random;
  return model;
}

Detail detail_of(Way way) { return way == operators ? Detail::operators : Detail::instructions; }

/// Seconds of one run and of all that is made of it.
double run_once(Subject& s, Way way, workflow::RunOptions options, const std::filesystem::path& folder) {
  workflow::Progress progress(false);
  workflow::RecordedRun record{.detail = detail_of(way)};
  if (way != plain) options.record = &record;
  s.model.source->rewind();
  const std::clock_t start = std::clock();
  const workflow::ProgramRun run = workflow::run_program(s.chip, s.model, s.values, options, progress);
  benchmark::DoNotOptimize(run.result.end);
  workflow::Report head;
  if (way == operators || way == instructions)
    workflow::write_profile(workflow::build_profile(head, record, s.chip), record, folder / "run.db");
  if (way == trace) workflow::write_trace(record, s.chip, {.level = Detail::instructions}, folder / "run.pftrace");
  return seconds_since(start);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void look(benchmark::State& state, const workflow::ModelChoice& model, workflow::RunOptions::Mode mode) {
  Subject s = subject(model, mode != workflow::RunOptions::Mode::timing);
  workflow::RunOptions options;
  options.mode = mode;
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "inf_look_bench";
  std::filesystem::create_directories(folder);
  std::array<std::vector<double>, ways> runs, simulations;
  run_once(s, plain, options, folder);  // memory and caches as every later turn finds them
  for (auto _ : state) {
    double without = 0;
    for (std::size_t way = 0; way < ways; ++way) {
      const double seconds = run_once(s, static_cast<Way>(way), options, folder);
      if (way == plain) without = seconds;
      runs[way].push_back((s.seconds + seconds) / (s.seconds + without));
      simulations[way].push_back(way == plain ? seconds : seconds / without);
    }
  }
  state.counters["load_and_compile_s"] = s.seconds;
  state.counters["simulate_s"] = median(simulations[plain]);
  for (std::size_t way = operators; way < ways; ++way) {
    state.counters[kNames[way]] = median(runs[way]);
    state.counters[std::string(kNames[way]) + "_sim"] = median(simulations[way]);
  }
  std::filesystem::remove_all(folder);
}

void craft_timing(benchmark::State& state) { look(state, craft(), workflow::RunOptions::Mode::timing); }
void resnet_timing(benchmark::State& state) { look(state, resnet(), workflow::RunOptions::Mode::timing); }
void craft_values(benchmark::State& state) { look(state, craft(), workflow::RunOptions::Mode::both); }

BENCHMARK(craft_timing)->Unit(benchmark::kMillisecond)->Iterations(11);
BENCHMARK(resnet_timing)->Unit(benchmark::kMillisecond)->Iterations(21);
BENCHMARK(craft_values)->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace
