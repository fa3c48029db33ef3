#pragma once
#include <algorithm>
#include <cstdint>

#include "sim/kernel/systemc.h"

namespace inf::sim {

/// Notifies events in whole nanoseconds. What falls on the same one goes in the order in which it was put down,
/// whatever order the kernel would choose: a nanosecond has steps, and each notification takes a later one.
class Agenda {
 public:
  std::int64_t now_ns() const { return static_cast<std::int64_t>(now() / kSteps); }

  void put(sc_core::sc_event& event, std::int64_t delay_ns) {
    const std::uint64_t wanted = (now() / kSteps + static_cast<std::uint64_t>(delay_ns)) * kSteps + taken_++ % kSteps;
    event.notify(sc_core::sc_time::from_value(std::max(wanted, now() + 1) - now()));
  }

 private:
  static constexpr std::uint64_t kSteps = 1024;
  static std::uint64_t now() { return sc_core::sc_time_stamp().value(); }
  std::uint64_t taken_ = 0;
};

}  // namespace inf::sim
