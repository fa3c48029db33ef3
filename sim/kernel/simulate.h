#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"
#include "sim/engines/program_memory.h"
#include "sim/observers/counters.h"
#include "sim/observers/observer.h"

namespace inf::sim {

struct SimOptions {
  bool values = true;          ///< compute what the program computes
  bool timing = true;          ///< compute when; off: streams run in an order that their semaphores allow
  int threads = 0;             ///< for values; 0: one per processor
  bool check_hazards = true;   ///< races, reads of never-written memory, PSUM misuse
  std::uint64_t rng_seed = 0;  ///< initial seed of the vector engine's random generator
};

struct Progress {
  Tick now;
  std::uint64_t instructions;
  std::int32_t op;  ///< operator of the latest instruction
};

struct SimResult {
  Tick end;                ///< everything is done and visible; 0 without timing
  Tick load;               ///< the preload section, once when the model is loaded; in no call, and 0 without timing
  Tick host_in, host_out;  ///< copies of inputs and outputs over the host link, not part of `end`
  Counters counters;
  std::vector<TensorData> outputs;  ///< in the order of the tensor table; empty without values
  std::uint64_t instructions = 0;   ///< issued, passes of loops counted
  /// register_load instructions issued: what the program does next may depend on data. Without values each of them gave
  /// 0, so a flag that ends a loop early counts as never set.
  std::uint64_t data_dependent = 0;
  std::uint64_t kernel_events = 0;  ///< process activations by the SystemC kernel
};

/// Runs a program on one NeuronCore of `chip`. Same arguments give the same result, whatever `threads` is and whichever
/// SIMD level the host has; `values` changes no time and `timing` no bit;
/// but where registers take values from SBUF, which are 0 without values, the program's course may differ. May be
/// called again and again in one process, but not from two threads at a time: SystemC has one current context. `inputs`
/// must name every input tensor of the program, with exactly its bytes. `progress` is called now and then. Errors:
/// usage for inputs that do not fit, or a program made for another chip; illegal_instruction; race; deadlock.
SimResult simulate(const arch::ChipSpec& chip, isa::ProgramSource& program, const std::vector<TensorData>& inputs,
                   const SimOptions& options, std::span<Observer* const> observers = {},
                   std::function<void(const Progress&)> progress = {});

}  // namespace inf::sim
