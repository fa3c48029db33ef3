#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "isa/program/program.h"
#include "sim/machine/footprint.h"
#include "sim/observers/owner.h"
#include "sim/observers/vector_clock.h"

namespace inf::sim {

/// An access that may still race with one to come.
struct AccessRecord {
  Box box;
  std::uint32_t index = 0;  ///< of the instruction on its agent
  std::uint16_t agent = 0;
  bool write = false, dense = false;
  isa::Access access;
  Owner owner;
};

/// The latest accesses to every place of SBUF, PSUM and device memory. Two accesses that overlap, one of them a write,
/// must be ordered: the earlier one's completion known to the later one's start. On one engine only a read of what an
/// earlier instruction writes needs that; engines start and complete in order, and the tensor engine orders PSUM by
/// itself.
///
/// A record goes when every engine knows its completion, or when a later access that is ordered behind it covers it:
/// whoever would race with the old one then races with the new one.
class AccessLog {
 public:
  AccessLog(const arch::ChipSpec& chip, const isa::ProgramImage& image);

  /// The record that this access races with, if any; otherwise the access is noted.
  const AccessRecord* check(const AccessRecord& now, const VectorClock& start);

  /// What every engine that still works knows: records that all of them know are put aside; an engine that wakes up
  /// late, knowing less, is checked against the latest kOldKept of each place too.
  /// An engine's own reads cannot race with itself, so `reads_known` may leave an engine's knowledge of itself out,
  /// unless it triggers DMA transfers: those can.
  void prune(const VectorClock& writes_known, const VectorClock& reads_known, int agents);
  std::size_t size() const;

 private:
  /// Records of one place. `old` are put aside: all that `old_clock` covers is known to whoever knows old_clock.
  struct List {
    std::vector<AccessRecord> reads, writes, old;
    VectorClock old_clock;
  };
  void lists_of(const Box& box, std::vector<List*>& out);
  std::size_t tensor_of(const Box& box) const;
  const AccessRecord* scan(List& list, const AccessRecord& now, const VectorClock& start);
  const AccessRecord* scan_old(const List& list, const AccessRecord& now, const VectorClock& start) const;
  bool races(const AccessRecord& old, const AccessRecord& now, const VectorClock& start) const;

  static constexpr std::int64_t kSbufGrain = 4096;
  static constexpr std::size_t kReadsLookedBack = 24, kOldKept = 1024;
  std::int64_t psum_grain_;
  std::vector<List> sbuf_, psum_, dram_;  ///< dram: one per tensor, the last for accesses that fit none
  std::vector<std::pair<std::int64_t, std::int64_t>> tensors_;  ///< [first, end), ascending
  std::vector<std::vector<std::size_t>>
      tensor_neighbours_;  ///< tensors that share bytes with each tensor, itself included
  int agents_ = 0;
  std::vector<List*> found_;
  std::optional<AccessRecord> culprit_;
};

}  // namespace inf::sim
