#include "sim/kernel/simulate.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>

#include "isa/base/error.h"
#include "sim/engines/deadlock.h"
#include "sim/engines/functional_run.h"
#include "sim/kernel/chip.h"
#include "sim/kernel/context.h"
#include "sim/observers/hazard_checker.h"

namespace inf::sim {
namespace {

using Role = isa::TensorEntry::Role;

/// What a run consists of whether or not it has a clock.
struct Run {
  const arch::ChipSpec& chip;
  const isa::ProgramImage& image;
  const SimOptions& options;
  arch::Timebase time;
  Memories memories;
  EngineState state;
  SegmentFeed feed;
  std::vector<std::unique_ptr<InstructionStream>> streams;
  CounterObserver counter;
  std::optional<HazardChecker> hazards;
  std::vector<Observer*> observers;
  std::unique_ptr<ValueExecutor> values;
  std::optional<IssueSink> sink;

  Run(const arch::ChipSpec& spec, isa::ProgramSource& program, const SimOptions& opts,
      std::span<Observer* const> watchers, std::function<void(const Progress&)> progress)
      : chip(spec),
        image(program.image()),
        options(opts),
        time(spec),
        memories(spec, program.image().dram_bytes),
        feed(program),
        counter(program.image().ops.size(), spec.tensor) {
    state.random.seed = static_cast<std::uint32_t>(opts.rng_seed ^ (opts.rng_seed >> 32));
    for (int e = 0; e < arch::kEngines; ++e)
      streams.push_back(
          std::make_unique<InstructionStream>(static_cast<arch::Engine>(e), feed, chip, image.dram_bytes));
    // Hazards first: a race must stop the run before anything is computed from it.
    if (opts.check_hazards) observers.push_back(&hazards.emplace(chip, image));
    observers.push_back(&counter);
    observers.insert(observers.end(), watchers.begin(), watchers.end());
    if (opts.values) {
      const int host = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
      values = std::make_unique<ValueExecutor>(memories, state, image, chip.psum.bank_bytes,
                                               opts.threads > 0 ? opts.threads : host);
    }
    std::function<void(const Issued&)> report;
    if (progress) report = [this, progress](const Issued& i) { progress({i.at, sink->instructions(), i.inst.op}); };
    sink.emplace(values.get(), observers, report);
  }
};

std::uint64_t count_activations(const Chip& chip) {
  std::uint64_t n = chip.core.dma.activations();
  for (const auto& e : chip.core.engines) n += e->activations();
  return n;
}

void run_timed(Run& run, SimResult& result, Chip& chip, Fault& fault) {
  const auto wake_starved = [&chip] {
    for (const auto& e : chip.core.engines) e->feed_advanced();
  };
  run.feed.on_advance = wake_starved;
  for (;;) {
    sc_core::sc_start();
    fault.rethrow();
    const auto& engines = chip.core.engines;
    if (std::none_of(engines.begin(), engines.end(), [](const auto& e) { return e->starved(); })) break;
    run.feed.look_further();  // whoever is left waits for an engine whose code lies further on
    wake_starved();
  }
  result.kernel_events = count_activations(chip);
  std::vector<InstructionStream*> streams;
  for (auto& s : run.streams) streams.push_back(s.get());
  const bool drained =
      std::all_of(chip.core.engines.begin(), chip.core.engines.end(), [](const auto& e) { return e->drained(); });
  if (!drained) throw deadlock(streams, chip.core.semaphores.bank(), now_tick());
  result.end = chip.core.dma.done_at();
  for (const auto& e : chip.core.engines) result.end = std::max(result.end, e->done_at());
}

void write_tensors(Run& run, HostLink& host, const std::vector<TensorData>& inputs, SimResult& result) {
  for (const isa::TensorEntry& t : run.image.tensors) {
    if (t.role == Role::constant && run.options.values) host.write(t, t.data.bytes().data());
    if (t.role == Role::input && run.options.values) host.write(t, input_of(t, inputs).bytes.data());
    if (t.role == Role::input) result.host_in += host.copy_time(t.bytes);
    if (t.role == Role::output) result.host_out += host.copy_time(t.bytes);
  }
}

void read_outputs(Run& run, HostLink& host, SimResult& result) {
  for (const isa::TensorEntry& t : run.image.tensors) {
    if (t.role != Role::output || !run.options.values) continue;
    TensorData out{t.name, std::vector<std::byte>(static_cast<std::size_t>(t.bytes))};
    host.read(t, out.bytes.data());
    result.outputs.push_back(std::move(out));
  }
}

}  // namespace

SimResult simulate(const arch::ChipSpec& chip, isa::ProgramSource& program, const std::vector<TensorData>& inputs,
                   const SimOptions& options, std::span<Observer* const> observers,
                   std::function<void(const Progress&)> progress) {
  check_program(program.image(), chip, inputs, options.values);
  Run run(chip, program, options, observers, std::move(progress));
  SimResult result;
  KernelContext context;
  Fault fault;
  {
    Chip model("chip", chip, run.time, run.memories, run.streams, *run.sink, fault);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);  // elaborates: sockets carry requests from here on
    fault.rethrow();
    write_tensors(run, model.host, inputs, result);
    if (options.timing) {
      run_timed(run, result, model, fault);
    } else {
      SemaphoreBank semaphores(chip.semaphores.count);
      run_functionally(run.streams, run.feed, semaphores, *run.sink);
    }
    if (run.values) run.values->finish();
    for (Observer* o : run.observers) o->finished();
    read_outputs(run, model.host, result);
  }
  result.instructions = run.sink->instructions();
  result.data_dependent = run.sink->data_dependent();
  result.counters = run.counter.take(result.end);
  return result;
}

}  // namespace inf::sim
