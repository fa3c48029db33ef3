#pragma once
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "sim/engines/segment_feed.h"
#include "sim/kernel/chip.h"
#include "sim/kernel/simulate_cores.h"
#include "sim/observers/hazard_checker.h"

namespace inf::sim {

/// One call of a program: what begins anew each time.
struct Call {
  EngineState state;
  SegmentFeed feed;
  std::vector<std::unique_ptr<InstructionStream>> streams;  ///< by engine
  std::optional<CounterObserver> counter;
  std::optional<HazardChecker> hazards;
  std::vector<Observer*> observers;
  std::unique_ptr<ValueExecutor> values;
  std::optional<IssueSink> sink;
  std::uint64_t events_before = 0;

  explicit Call(SegmentFeed f) : feed(std::move(f)) {}
};

/// Outputs of one call, which other programs take as inputs.
using Values = std::shared_ptr<const std::vector<TensorData>>;

/// A program on one core through all of its calls, with its memories and results.
class ProgramOnCore {
 public:
  /// `held` is null where the source is drawn as the simulation goes on. `place` names the core in errors.
  ProgramOnCore(const arch::ChipSpec& chip, const CoreProgram& program, std::shared_ptr<const HeldProgram> held,
                const SimOptions& options, std::string place);

  /// Begins call number `begun`, whose times observers count from `origin`: its inputs are in device memory then.
  /// `fed` holds what feeds bring.
  Call& begin(HostLink& host, int slot, Tick origin, const std::vector<Values>& fed);
  /// The call is over; returns its outputs, where there are values and another program needs them.
  Values finish(HostLink& host, int slot, Tick end);

  bool observing() const { return begun - 1 == program.calls / 2; }
  const isa::ProgramImage& image() const { return image_; }
  /// Ticks of copying every input, or every output, over the host link.
  Tick copy_time(const HostLink& host, isa::TensorEntry::Role role) const;

  const CoreProgram& program;
  const std::string place;
  Memories memories;
  Fault fault;
  CoreRun run;
  std::unique_ptr<Call> call;  ///< the one that runs
  int begun = 0, ended = 0;    ///< calls
  bool feeds_others = false;   ///< its outputs go to other programs
  std::uint64_t instructions = 0;

 private:
  void write_inputs(HostLink& host, int slot, const std::vector<Values>& fed);
  const arch::ChipSpec& chip_;
  const SimOptions& options_;
  const isa::ProgramImage& image_;
  std::shared_ptr<const HeldProgram> held_;
};

}  // namespace inf::sim
