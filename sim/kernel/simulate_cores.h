#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sim/kernel/simulate.h"

namespace inf::sim {

/// Values that a program on another core computes and this one's call needs: call k here starts after call k there, and
/// after its values came over, through device memory from a core of the same chip, over NeuronLink from another chip.
struct Feed {
  int producer = 0;        ///< index into the list of programs
  std::int64_t bytes = 0;  ///< of one call
  /// Calls whose values fit between the two: call k + buffers there waits until call k here has ended.
  int buffers = 2;
};

/// A program on one core, and how often it is called.
struct CoreProgram {
  int chip = 0, core = 0;
  /// The same source may stand for several cores. It is drawn as the simulation goes on where one core calls it once,
  /// and otherwise from its start as a whole.
  isa::ProgramSource* program = nullptr;
  const std::vector<TensorData>* inputs = nullptr;  ///< of every call; null: none. Inputs that a feed's program
                                                    ///< computes under the same name come from there
  int calls = 1;
  Tick first_start;          ///< earliest start of the first call
  Tick gap;                  ///< between the end of a call and the earliest start of the next: the device's part of it
  bool host_copies = false;  ///< calls wait for their inputs to come over the chip's host link, which all its cores
                             ///< share; the copy for the next call begins when a call starts
  std::vector<Feed> feeds;
  std::span<Observer* const> observers = {};           ///< of the observed call, whose times they count from its start
  std::function<void(const Progress&)> progress = {};  ///< of the observed call
};

/// What became of one core. The observed call is number calls / 2: with three calls or more, one that has others before
/// and behind it.
struct CoreRun {
  SimResult result;                        ///< of the observed call; `end` is how long it took
  std::vector<Tick> call_start, call_end;  ///< since the beginning of the simulation
  std::vector<Tick> returned;              ///< with host_copies: when the outputs were with the host
  Tick waited;                             ///< for feeds, buffers and inputs, over all calls but the first
  /// Mean time between the starts of calls, from the second call on; the call's own time where there are fewer than
  /// three. With one call more than the others need to be under way, this is the steady state.
  Tick interval() const;
};

/// What the cores of one chip drew from its device memory.
struct ChipMemoryUse {
  int chip = 0;
  std::int64_t bytes = 0;  ///< read and written, all calls of all cores
  Tick contended;          ///< while they wanted more than the memory gives
};

/// What went over the links between chips.
struct LinkUse {
  std::int64_t bytes = 0;  ///< sent by any chip, each hop counted
  Tick busy;               ///< summed over links and directions
  Tick waited;             ///< for links that were taken
};

struct CoresResult {
  std::vector<CoreRun> cores;         ///< parallel to the programs
  std::vector<ChipMemoryUse> memory;  ///< of each chip that runs something, ascending
  LinkUse links;
  Tick end;                         ///< of the last call
  std::uint64_t kernel_events = 0;  ///< of everything, all calls
  std::uint64_t instructions = 0;   ///< of everything, all calls
};

/// Runs programs on several cores, of one chip or of several alike, in one simulation: the cores of a chip share its
/// device memory and host link, chips their links. Deterministic as `simulate`, which is the case of one program called
/// once. Each program has its own region of device memory and its own values, which no other program can change, and
/// which do not depend on how long anything takes. `chips` counts the chips that the links join; 0: as many as the
/// programs name.
/// Errors: as simulate, with chip and core in front where there are several; usage for a core or a feed that does not
/// exist, two programs on one core, feeds in a circle, more device memory than a chip has.
CoresResult simulate_cores(const arch::ChipSpec& chip, std::span<const CoreProgram> programs, const SimOptions& options,
                           int chips = 0);

}  // namespace inf::sim
