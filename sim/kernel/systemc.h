#pragma once
#include <systemc>
#include <tlm>

#include "isa/base/units.h"

namespace inf::sim {

/// sc_time merely carries ticks: each tick has 8 steps, and a process always runs in its own step of a tick. Ties at
/// one tick thus go DMA first, then engines by index, whatever order the kernel would choose.
inline constexpr std::uint64_t kStepsPerTick = 8;
enum class Step : std::uint8_t { dma = 0, first_engine = 1 };

inline sc_core::sc_time at_step(Tick t, int step) {
  return sc_core::sc_time::from_value(static_cast<std::uint64_t>(t.value) * kStepsPerTick +
                                      static_cast<std::uint64_t>(step));
}
inline sc_core::sc_time duration(Tick t) {
  return sc_core::sc_time::from_value(static_cast<std::uint64_t>(t.value) * kStepsPerTick);
}
inline Tick ticks_of(const sc_core::sc_time& t) { return Tick(static_cast<std::int64_t>(t.value() / kStepsPerTick)); }
inline Tick now_tick() { return ticks_of(sc_core::sc_time_stamp()); }

}  // namespace inf::sim
