#include "sim/engines/issue_sink.h"

#include <array>

#include "sim/engines/dma_plan.h"

namespace inf::sim {

void IssueSink::retired_later(Retired r) {
  std::array<Stall, kStallReasons> stalls;  // at most one of each reason
  std::size_t n = 0;
  for (const Stall& s : r.stalls) stalls[n++] = {s.reason, s.from - origin_, s.to - origin_, s.semaphore, s.by};
  r.start -= origin_, r.end -= origin_, r.visible -= origin_;
  r.stalls = std::span<const Stall>(stalls.data(), n);
  for (Observer* o : observers_) o->retired(r);
}

void IssueSink::transferred_later(DmaTransfer t) {
  std::array<ServedShare, DmaPlan::kMaxShares> shares;
  std::size_t n = 0;
  for (const ServedShare& s : t.shares) shares[n++] = {s.engine, s.bytes, s.start - origin_, s.end - origin_};
  t.triggered -= origin_, t.start -= origin_, t.end -= origin_;
  t.shares = std::span<const ServedShare>(shares.data(), n);
  for (Observer* o : observers_) o->transferred(t);
}

std::int32_t IssueSink::load(const isa::Access& src) {
  ++data_dependent_;
  return values_ ? values_->read_int32(src) : 0;
}

}  // namespace inf::sim
