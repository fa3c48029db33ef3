#include "sim/kernel/simulate_cores.h"

#include <algorithm>
#include <map>
#include <memory>

#include "isa/base/error.h"
#include "sim/engines/deadlock.h"
#include "sim/engines/functional_run.h"
#include "sim/kernel/calls.h"
#include "sim/kernel/check_cores.h"
#include "sim/kernel/context.h"
#include "sim/kernel/preload.h"

namespace inf::sim {
namespace {

/// Sources that are run more than once, or beside others, held as a whole; each one once.
std::map<isa::ProgramSource*, std::shared_ptr<const HeldProgram>> hold_programs(std::span<const CoreProgram> programs) {
  std::map<isa::ProgramSource*, std::shared_ptr<const HeldProgram>> held;
  if (programs.size() == 1 && programs.front().calls == 1) return held;
  for (const CoreProgram& p : programs)
    if (!held.contains(p.program)) held[p.program] = hold(*p.program);
  return held;
}

/// The machine: chips with the cores that run something, and what begins their calls.
struct Machine {
  std::map<int, std::unique_ptr<Chip>> chips;
  NeuronLinks links;
  std::unique_ptr<Calls> calls;
  std::vector<Calls::Seat> seats;

  Machine(const arch::ChipSpec& spec, const arch::Timebase& time, std::vector<std::unique_ptr<ProgramOnCore>>& programs,
          int chip_count)
      : links("neuron_link", spec, time, chip_count) {
    std::map<int, std::vector<Chip::Slot>> slots;
    std::vector<int> slot_of;
    for (auto& p : programs) {
      auto& on_chip = slots[p->program.chip];
      slot_of.push_back(static_cast<int>(on_chip.size()));
      on_chip.push_back({p->program.core, p->memories, p->fault});
    }
    for (const auto& [index, on_chip] : slots)
      chips[index] = std::make_unique<Chip>(("chip" + std::to_string(index)).c_str(), spec, time, on_chip);
    for (std::size_t i = 0; i < programs.size(); ++i)
      seats.push_back({*programs[i], *chips[programs[i]->program.chip], slot_of[i]});
    calls = std::make_unique<Calls>("calls", spec, time, seats, links);
  }
};

NeuronCore& core_of(const Calls::Seat& seat) { return *seat.chip.cores[static_cast<std::size_t>(seat.slot)]; }

[[noreturn]] void throw_deadlock(const Calls::Seat& seat) {
  std::vector<InstructionStream*> streams;
  for (auto& s : seat.program.call->streams) streams.push_back(s.get());
  const Error error = deadlock(streams, core_of(seat).semaphores.bank(), now_tick());
  if (seat.program.place.empty()) throw error;
  throw Error(error.kind(), seat.program.place + ", " + error.where(), error.message(), error.notes());
}

void run_timed(Machine& machine) {
  machine.calls->start();
  for (;;) {
    sc_core::sc_start();
    for (const Calls::Seat& seat : machine.seats) seat.program.fault.rethrow();
    bool starved = false;
    for (const Calls::Seat& seat : machine.seats) {
      if (!core_of(seat).running() || !core_of(seat).starved()) continue;
      starved = true;
      seat.program.call->feed.look_further();  // whoever is left waits for an engine whose code lies further on
      core_of(seat).feed_advanced();
    }
    if (!starved) break;
  }
  for (const Calls::Seat& seat : machine.seats)
    if (core_of(seat).running()) throw_deadlock(seat);
}

/// Without time: programs in turn, each call as soon as those that feed it have made theirs.
void run_untimed(Machine& machine, const arch::ChipSpec& chip) {
  std::vector<std::vector<Values>> made(machine.seats.size());
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t i = 0; i < machine.seats.size(); ++i) {
      const Calls::Seat& seat = machine.seats[i];
      ProgramOnCore& p = seat.program;
      const auto call = static_cast<std::size_t>(p.begun);
      std::vector<Values> fed;
      for (const Feed& f : p.program.feeds)
        if (const auto& from = made[static_cast<std::size_t>(f.producer)]; call < from.size())
          fed.push_back(from[call]);
      if (p.begun == p.program.calls || fed.size() < p.program.feeds.size()) continue;
      Call& c = p.begin(seat.chip.host, seat.slot, Tick(0), fed);
      SemaphoreBank semaphores(chip.semaphores.count);
      try {
        run_functionally(c.streams, c.feed, semaphores, *c.sink);
        made[i].push_back(p.finish(seat.chip.host, seat.slot, Tick(0)));
      } catch (...) {
        p.fault.store();
        p.fault.rethrow();
      }
      moved = true;
    }
  }
}

CoresResult collect(Machine& machine) {
  CoresResult result;
  result.kernel_events = machine.calls->activations();
  for (const auto& [index, chip] : machine.chips) {
    const MemoryUse& use = chip->memory.use();
    result.memory.push_back({index, use.bytes, use.contended});
    result.kernel_events += chip->memory.activations();
    for (const auto& core : chip->cores) result.kernel_events += core->activations();
  }
  result.links = machine.links.use();
  for (const Calls::Seat& seat : machine.seats) {
    result.instructions += seat.program.instructions;
    if (!seat.program.run.call_end.empty()) result.end = std::max(result.end, seat.program.run.call_end.back());
    result.cores.push_back(std::move(seat.program.run));
  }
  return result;
}

/// How long each program's preload section takes; before there is a simulation of its calls.
void time_loads(const arch::ChipSpec& chip, std::span<const CoreProgram> programs,
                std::vector<std::unique_ptr<ProgramOnCore>>& on_cores) {
  std::map<const isa::ProgramSource*, Tick> known;
  for (std::size_t i = 0; i < programs.size(); ++i) {
    const auto [at, fresh] = known.try_emplace(programs[i].program, Tick(0));
    if (fresh) at->second = load_time(chip, programs[i].program->image());
    on_cores[i]->run.result.load = at->second;
  }
}

}  // namespace

Tick CoreRun::interval() const {
  const std::size_t calls = call_start.size();
  if (calls < 3) return calls == 0 ? Tick(0) : call_end.back() - call_start.back();
  return Tick((call_start.back() - call_start[1]).value / static_cast<std::int64_t>(calls - 2));
}

CoresResult simulate_cores(const arch::ChipSpec& chip, std::span<const CoreProgram> programs, const SimOptions& options,
                           int chips) {
  const int chip_count = check_cores(chip, programs, options.values, chips);
  const auto held = hold_programs(programs);
  std::map<const isa::ProgramSource*, Tick> loads;
  std::vector<std::unique_ptr<ProgramOnCore>> on_cores;
  for (const CoreProgram& p : programs) {
    const std::string place =
        programs.size() == 1 ? "" : "chip " + std::to_string(p.chip) + " core " + std::to_string(p.core);
    const auto whole = held.find(p.program);
    on_cores.push_back(
        std::make_unique<ProgramOnCore>(chip, p, whole == held.end() ? nullptr : whole->second, options, place));
    if (!options.timing) continue;
    const auto [load, is_new] = loads.try_emplace(p.program);
    if (is_new) load->second = load_time(chip, p.program->image());
    on_cores.back()->run.result.load = load->second;
  }
  if (options.timing) time_loads(chip, programs, on_cores);
  const arch::Timebase time(chip);
  KernelContext context;
  Machine machine(chip, time, on_cores, chip_count);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);  // elaborates: sockets carry requests from here on
  if (options.timing)
    run_timed(machine);
  else
    run_untimed(machine, chip);
  return collect(machine);
}

}  // namespace inf::sim
