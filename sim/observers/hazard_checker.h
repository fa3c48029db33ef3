#pragma once
#include <string>

#include "isa/program/program.h"
#include "sim/observers/access_log.h"
#include "sim/observers/happens_before.h"
#include "sim/observers/observer.h"
#include "sim/observers/pinned_regions.h"
#include "sim/observers/written_map.h"

namespace inf::sim {

/// Stops a program whose result could depend on timing, or on what memory held before.
/// - two unordered accesses to overlapping bytes, one of them a write;
/// - a read of SBUF, PSUM or device memory that nothing wrote;
/// - a semaphore whose count at a wait depends on timing, because a write to it is not ordered (HappensBefore);
/// - a write to SBUF bytes that the program's preload section keeps there from call to call;
/// - PSUM misuse: a matmul that accumulates onto what no overwriting matmul has put there.
/// Order means semaphores (HappensBefore), never simulated time.
/// Errors: race, naming engine, pc, instruction, operator of both sides and the first common bytes.
class HazardChecker : public Observer {
 public:
  HazardChecker(const arch::ChipSpec& chip, const isa::ProgramImage& image);
  void issued(const Issued& i) override;

 private:
  [[noreturn]] void stop(const Issued& i, const SemaphoreRace& race) const;
  void check_reads(const Issued& i);
  void check_accumulation(const Issued& i);
  void check_pinned(const Issued& i);
  void check_races(const Issued& i, int agent, std::uint32_t index, const VectorClock& start);
  void note_writes(const Issued& i);
  void prune();
  std::string describe(const Owner& owner) const;
  Owner owner_of(const Issued& i) const;

  const isa::ProgramImage& image_;
  HappensBefore order_;
  AccessLog log_;
  PartitionBitmap sbuf_, psum_, accumulators_;  ///< accumulators_: PSUM bytes that a matmul's overwrite began
  DramMap dram_;
  PinnedRegions pinned_;
  std::uint64_t count_ = 0;
  std::array<std::uint64_t, arch::kEngines> last_issue_{};
  std::array<bool, arch::kEngines> triggers_dma_{};
};

}  // namespace inf::sim
