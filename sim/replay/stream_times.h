#pragma once
#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"
#include "sim/replay/core_times.h"

namespace inf::sim {

/// What a program takes of a core, as far as it follows without the kernel.
struct ProgramTimes {
  Tick end;                                      ///< everything is done and visible
  std::int64_t dram_read = 0, dram_written = 0;  ///< bytes
  std::uint64_t macs = 0;                        ///< that matmuls do, padding and packing included
  std::uint64_t instructions = 0;                ///< issued, passes of loops counted
};

/// Times and counts of a program on a core of `chip`, from its streams alone: instructions are decoded and checked as
/// the kernel does, and timed as a replay times recorded ones. Registers take 0 from SBUF, as in a simulation without
/// values, whose numbers these are as long as not memory_contended(chip, 1): how the engines of a core share a memory
/// that is slower than they are is the kernel's to say. Errors: illegal_instruction; deadlock.
ProgramTimes program_times(const arch::ChipSpec& chip, isa::ProgramSource& program);

/// The end alone.
inline Tick program_time(const arch::ChipSpec& chip, isa::ProgramSource& program) {
  return program_times(chip, program).end;
}

}  // namespace inf::sim
