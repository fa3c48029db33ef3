#pragma once
#include <cstdint>
#include <utility>
#include <vector>

namespace inf::workflow {

/// The time line of a run cut into slots of equal length: of one tick where that makes at most `most` of them.
struct TimeSlots {
  std::int64_t end = 0;    ///< ticks
  std::int64_t width = 1;  ///< ticks
  std::int64_t count = 0;

  static TimeSlots cut(std::int64_t end, std::int64_t most) {
    const std::int64_t width = end <= most ? 1 : (end + most - 1) / most;
    return {end, width, (end + width - 1) / width};
  }
  /// The slot that holds a tick; the first one from there on that starts at it or later.
  std::int64_t at(std::int64_t tick) const { return tick / width; }
  std::int64_t behind(std::int64_t tick) const { return (tick + width - 1) / width; }
};

/// A level over slots: how much is in use in each.
class SlotLevels {
 public:
  explicit SlotLevels(const TimeSlots& slots) : changes_(static_cast<std::size_t>(slots.count) + 1) {}
  /// `amount` more in the slots [first, end).
  void add(std::int64_t first, std::int64_t end, std::int64_t amount) {
    changes_[static_cast<std::size_t>(first)] += amount;
    changes_[static_cast<std::size_t>(end)] -= amount;
  }
  /// Each change of the level as (tick, level from there on). With more than `most` changes slots are put together and
  /// keep their maximum.
  std::vector<std::pair<std::int64_t, double>> steps(const TimeSlots& slots, std::int64_t most) const;

 private:
  std::vector<std::int64_t> changes_;
};

/// Bytes that move in each slot. Whatever is added is in the slots to the last byte.
class SlotBytes {
 public:
  explicit SlotBytes(const TimeSlots& slots) : slots_(slots), bytes_(static_cast<std::size_t>(slots.count)) {}
  /// `bytes` spread evenly over the ticks [from, to); all in one slot where the two are equal.
  void add(std::int64_t from, std::int64_t to, std::int64_t bytes);
  /// Each slot's average as (tick, bytes per ns from there on); equal neighbours are one step.
  std::vector<std::pair<std::int64_t, double>> rates(std::int64_t tick_mhz) const;

 private:
  TimeSlots slots_;
  std::vector<std::int64_t> bytes_;
};

}  // namespace inf::workflow
