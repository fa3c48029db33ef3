#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/program/program.h"
#include "sim/machine/footprint.h"
#include "sim/machine/on_chip_memory.h"

namespace inf::sim {

/// A place that was read before anything was written there.
struct Unwritten {
  int partition = 0;
  std::int64_t byte = 0;
};

/// Which bytes of up to 128 partitions hold something: per byte offset one bit per partition, so that an access pattern
/// is a few hundred word operations whatever its partition count. Blocks that are written on every partition asked for
/// are passed over.
class PartitionGroup {
 public:
  static constexpr int kPartitions = 128;

  explicit PartitionGroup(std::int64_t bytes_per_partition);
  void set(const isa::Access& a, const Box& box);
  void clear(const isa::Access& a, const Box& box);
  /// The first place of the access that is not set.
  std::optional<Unwritten> missing(const isa::Access& a, const Box& box);

 private:
  struct Mask {
    std::uint64_t low = 0, high = 0;
    bool holds(const Mask& m) const { return ((m.low & ~low) | (m.high & ~high)) == 0; }
  };
  static Mask mask_of(const Box& box);
  bool summary_holds(const Box& box, const Mask& m) const;
  void summarise(const Box& box);
  template <class F>
  void for_each_open_piece(const isa::Access& a, const Mask& m, F&& f) const;

  static constexpr std::int64_t kBlock = 256;
  std::vector<Mask> bytes_, full_;  ///< full_: of each block, what all its bytes have
  std::vector<bool> stale_;         ///< full_ may be more than it says
};

/// The same for all partitions of SBUF or PSUM.
class PartitionBitmap {
 public:
  explicit PartitionBitmap(std::int64_t bytes_per_partition, int partitions = PartitionGroup::kPartitions);
  void set(const isa::Access& a, const Box& box);
  void clear(const isa::Access& a, const Box& box);
  /// The first place of the access that is not set.
  std::optional<Unwritten> missing(const isa::Access& a, const Box& box);

 private:
  /// Calls f(group, box within it, its first partition) for each group that the box meets.
  template <class F>
  void for_each_group(const Box& box, F&& f);

  std::vector<PartitionGroup> groups_;
};

/// Which bytes of device memory hold something: pages of 1 KiB are empty, full, or have a bitmap.
class DramMap {
 public:
  explicit DramMap(std::int64_t bytes);
  void set(const isa::Access& a);
  void set(std::int64_t first, std::int64_t end);
  std::optional<Unwritten> missing(const isa::Access& a, const Box& box);

 private:
  bool all_full(std::int64_t first, std::int64_t end) const;
  std::optional<std::int64_t> first_missing(std::int64_t first, std::int64_t end) const;

  static constexpr std::int64_t kPage = 1024;
  enum State : std::uint8_t { empty, partial, full };
  std::vector<std::uint8_t> states_;
  HostMemory bits_;                 ///< one bit per byte; pages that become full at once never touch it
  std::vector<std::uint16_t> set_;  ///< bytes set in each partial page
};

}  // namespace inf::sim
