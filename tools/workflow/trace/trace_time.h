#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "isa/base/units.h"

namespace inf::workflow {

/// A stretch of the trace's time line, in ns.
struct TraceStretch {
  std::int64_t begin = 0, end = 0;
  bool clipped = false;  ///< the window cuts something off
};

/// Where a program's ticks lie on the trace's time line. Trace times are whole ns and ticks are finer: every boundary
/// is rounded in the same way, so that what touches in ticks touches in ns and what nests nests.
class TraceTime {
 public:
  static constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max() / 2;

  TraceTime(double start_ns, std::int64_t tick_mhz, std::int64_t from_ns = -kEver, std::int64_t to_ns = kEver)
      : start_ns_(start_ns), mhz_(static_cast<double>(tick_mhz)), from_(from_ns), to_(to_ns) {}

  std::int64_t at(Tick t) const { return std::llround(start_ns_ + exact(t)); }
  double exact(Tick t) const { return static_cast<double>(t.value) * 1000.0 / mhz_; }
  double start_ns() const { return start_ns_; }
  std::int64_t from() const { return from_; }
  std::int64_t to() const { return to_; }

  /// What the window shows of [start, end), which may be empty; nothing where it shows none of it.
  std::optional<TraceStretch> shown(Tick start, Tick end) const { return shown(at(start), at(end)); }
  std::optional<TraceStretch> shown(std::int64_t begin, std::int64_t end) const {
    if (begin >= to_ || end < from_ || (end == from_ && begin < from_)) return std::nullopt;
    return TraceStretch{std::max(begin, from_), std::min(end, to_), begin < from_ || end > to_};
  }

 private:
  double start_ns_, mhz_;
  std::int64_t from_, to_;
};

}  // namespace inf::workflow
