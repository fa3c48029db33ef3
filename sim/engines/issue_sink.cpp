#include "sim/engines/issue_sink.h"

#include <array>

namespace inf::sim {

void IssueSink::retired_later(Retired r) {
  std::array<Stall, kStallReasons> stalls;  // at most one of each reason
  std::size_t n = 0;
  for (const Stall& s : r.stalls) stalls[n++] = {s.reason, s.from - origin_, s.to - origin_, s.semaphore, s.by};
  r.start -= origin_, r.end -= origin_, r.visible -= origin_;
  r.stalls = std::span<const Stall>(stalls.data(), n);
  for (Observer* o : observers_) o->retired(r);
}

std::int32_t IssueSink::load(const isa::Access& src) {
  ++data_dependent_;
  return values_ ? values_->read_int32(src) : 0;
}

}  // namespace inf::sim
