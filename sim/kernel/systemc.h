#pragma once
#include <systemc>
#include <tlm>

#include "isa/base/units.h"

namespace inf::sim {

/// sc_time merely carries ticks: each tick has 8 steps, and a process always runs in its own step of a tick. Ties at
/// one tick thus go calls, device memory, DMA, then engines by index, whatever order the kernel would choose. Cores
/// meet only in calls and device memory, whose outcome does not depend on the order of their requests.
inline constexpr std::uint64_t kStepsPerTick = 8;
enum class Step : std::uint8_t { calls = 0, memory = 1, dma = 2, first_engine = 3 };

inline sc_core::sc_time at_step(Tick t, int step) {
  return sc_core::sc_time::from_value(static_cast<std::uint64_t>(t.value) * kStepsPerTick +
                                      static_cast<std::uint64_t>(step));
}
inline sc_core::sc_time at_step(Tick t, Step step) { return at_step(t, static_cast<int>(step)); }
inline sc_core::sc_time duration(Tick t) {
  return sc_core::sc_time::from_value(static_cast<std::uint64_t>(t.value) * kStepsPerTick);
}
inline Tick ticks_of(const sc_core::sc_time& t) { return Tick(static_cast<std::int64_t>(t.value() / kStepsPerTick)); }
inline Tick now_tick() { return ticks_of(sc_core::sc_time_stamp()); }

/// The step of tick `t`, or the next moment where that has passed. An earlier notification of the event stays, a later
/// one gives way: the kernel's own rule for timed events.
inline void wake_at(sc_core::sc_event& event, Tick t, Step step) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  event.notify(std::max(at_step(t, step), now + sc_core::sc_time::from_value(1)) - now);
}

}  // namespace inf::sim
