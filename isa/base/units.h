#pragma once
#include <compare>
#include <cstdint>

namespace inf {

/// An integer with a unit: values of one unit add and compare, two units never mix.
template <class Tag, class Rep = std::int64_t>
struct Quantity {
  Rep value = 0;

  constexpr Quantity() = default;
  constexpr explicit Quantity(Rep v) : value(v) {}
  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.value + b.value); }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.value - b.value); }
  friend constexpr Quantity operator*(Quantity a, Rep n) { return Quantity(a.value * n); }
  constexpr Quantity& operator+=(Quantity b) { return value += b.value, *this; }
  constexpr Quantity& operator-=(Quantity b) { return value -= b.value, *this; }
};

/// One period of the common multiple of a chip's clocks; the only time the simulator knows.
using Tick = Quantity<struct TickTag>;
/// Periods of one engine's own clock.
using Cycles = Quantity<struct CyclesTag>;
using Bytes = Quantity<struct BytesTag>;
/// Index of an SBUF or PSUM partition, 0..127.
using Partition = Quantity<struct PartitionTag, int>;
/// Index of a PSUM bank.
using Bank = Quantity<struct BankTag, int>;

/// Clock of one engine: how many ticks one of its cycles takes. The only place where Cycles become Ticks.
struct Clock {
  std::int64_t ticks_per_cycle = 1;

  constexpr Tick ticks(Cycles c) const { return Tick(c.value * ticks_per_cycle); }
  /// Whole cycles that cover `t`, rounded up.
  constexpr Cycles cycles_ceil(Tick t) const { return Cycles((t.value + ticks_per_cycle - 1) / ticks_per_cycle); }
};

}  // namespace inf
