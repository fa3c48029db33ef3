#pragma once
#include <array>
#include <cstdint>

#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"

namespace inf::sim {

/// What the parts of a core need for a program when none of them ever waits for another: semaphores are taken for
/// ready, ports for free, transfers for the only ones of their queue. Waiting delays and never speeds up, so that no
/// simulation of the program ends earlier than the slowest part. Counted from the streams with the costs that the
/// simulator uses. `data_dependent`: as in SimResult; a course that data decides may be shorter.
struct UndisturbedRun {
  std::array<Tick, arch::kEngines> engines{};  ///< when each engine has done its instructions
  Tick transfers;                              ///< when the last transfer is there, as its own engine issues it
  Tick dma;                                    ///< when the busiest DMA engine has served its shares
  Tick memory;                                 ///< when everything has passed device memory
  int busiest_dma = 0;                         ///< its index
  std::array<std::uint64_t, arch::kEngines> instructions{};
  std::uint64_t dma_transfers = 0, dma_shares = 0;  ///< shares: of the busiest engine
  std::int64_t dma_bytes = 0;                       ///< through the busiest engine
  std::int64_t dram_read = 0, dram_written = 0;
  std::uint64_t macs = 0;  ///< of matmuls, padding and packing included
  std::uint64_t data_dependent = 0;
};

/// Draws the source in from its start, and leaves it at its start. Errors: as simulate, but those of waiting.
UndisturbedRun run_undisturbed(const arch::ChipSpec& chip, isa::ProgramSource& source);

}  // namespace inf::sim
