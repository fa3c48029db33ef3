#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "isa/program/access.h"
#include "tools/workflow/profile/time_slots.h"

namespace inf::workflow {

/// Bytes of SBUF or PSUM in use over time: a byte is in use from the write that fills it to the last read before it is
/// written again; one that is read without having been written in the call is there from its start, and to its end
/// where nothing writes it.
///
/// Resolution: cells of 32 partitions x 64 bytes each have one life at a time. A cell counts with the partitions that
/// were touched in that life and all of its 64 bytes; each slot of time that a life touches counts as a whole, and once
/// for each cell, so that no level is above the memory's size.
class Occupancy {
 public:
  static constexpr int kPartitions = 32;
  static constexpr std::int64_t kBytes = 64;

  /// `regions` divide each partition evenly; each has a curve of its own beside that of the whole memory.
  Occupancy(int partitions, std::int64_t bytes_per_partition, int regions, const TimeSlots& slots);
  /// Accesses come in an order in which a write stands before its readers and a reader before the write that replaces
  /// what it reads. Units: ticks of the time line.
  void write(const isa::Access& access, std::int64_t from, std::int64_t to);
  void read(const isa::Access& access, std::int64_t to);
  void begin_call(std::int64_t from);
  /// Ends all lives.
  void end_call(std::int64_t to);

  const SlotLevels& all() const { return all_; }
  const SlotLevels& region(int i) const { return regions_[static_cast<std::size_t>(i)]; }

 private:
  /// Bits, so that reads need no branches.
  static constexpr std::uint8_t kRead = 1, kWritten = 2;
  /// Cells of one group of partitions, as arrays by block of bytes. Times are slots.
  struct Group {
    std::vector<std::uint8_t> state;
    std::vector<std::uint32_t> partitions;  ///< touched in this life, a bit each
    std::vector<std::int32_t> first, end;   ///< of this life so far
    std::vector<std::int32_t> counted;      ///< lives before this one end here at the latest
  };
  /// Blocks [first, last] of an access, and those of them that it covers whole.
  struct Range {
    std::size_t first, last, covered, covered_end;
  };
  void find_ranges(const isa::Access& access);
  template <class Visit>
  void for_each_range(const isa::Access& access, Visit&& visit);
  void write_cell(Group& g, std::size_t block, std::uint32_t partitions, bool whole, std::int32_t from,
                  std::int32_t to);
  void close(Group& g, std::size_t block, std::int32_t end);

  std::int32_t begin_slot(std::int64_t tick) const {
    return static_cast<std::int32_t>(std::min(slots_.at(tick), slots_.count));
  }
  std::int32_t end_slot(std::int64_t tick) const {
    return static_cast<std::int32_t>(std::min(slots_.behind(tick), slots_.count));
  }

  TimeSlots slots_;
  std::vector<Range> ranges_;  ///< of the access at hand
  std::vector<Group> groups_;
  std::size_t blocks_, blocks_per_region_;
  SlotLevels all_;
  std::vector<SlotLevels> regions_;
};

}  // namespace inf::workflow
