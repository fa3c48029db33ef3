#include "sim/kernel/memory_share.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/engines/dma_line.h"

namespace inf::sim {
namespace {

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

MemoryShare::MemoryShare(sc_core::sc_module_name name, const arch::ChipSpec& chip, const arch::Timebase& time,
                         int cores)
    : sc_module(name),
      mhz_(time.mhz()),
      alone_(bytes_per_us(chip.memory.bytes_per_ns)),
      shared_(bytes_per_us(std::min(chip.memory.shared_bytes_per_ns, chip.memory.bytes_per_ns))),
      contended_(memory_contended(chip, cores)),
      wake_("wake") {
  SC_METHOD(step);
  sensitive << wake_;
  dont_initialize();
}

void MemoryShare::begin(const MemoryStream& stream) {
  advance(now_tick());
  const std::int64_t work = stream.bytes * mhz_;
  const Active added{stream, work,
                     std::max<std::int64_t>(1, ceil_div(work, std::max<std::int64_t>(1, stream.alone.value))), 0};
  const auto place = std::upper_bound(active_.begin(), active_.end(), added, [](const Active& a, const Active& b) {
    return std::pair(a.stream.core, a.stream.engine) < std::pair(b.stream.core, b.stream.engine);
  });
  active_.insert(place, added);
}

std::int64_t MemoryShare::capacity() const {
  const bool several = !active_.empty() && active_.front().stream.core != active_.back().stream.core;
  return several ? shared_ : alone_;
}

/// Max-min fair: from the least wanted to the most, each gets what it wants or an even part of what is left.
void MemoryShare::deal(std::int64_t capacity) {
  std::int64_t wanted = 0;
  for (const Active& a : active_) wanted += a.wanted;
  short_ = wanted > capacity;
  if (!short_) {
    for (Active& a : active_) a.rate = a.wanted;
    return;
  }
  order_.resize(active_.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::size_t a, std::size_t b) { return active_[a].wanted < active_[b].wanted; });
  auto sharing = static_cast<std::int64_t>(active_.size());
  for (const std::size_t i : order_) {
    Active& a = active_[i];
    a.rate = std::max<std::int64_t>(1, std::min(a.wanted, capacity / sharing));
    capacity -= a.rate;
    --sharing;
  }
}

void MemoryShare::advance(Tick now) {
  const Tick passed = now - now_;
  now_ = now;
  if (passed.value == 0) return;
  if (short_) use_.contended += passed;
  for (Active& a : active_) a.left -= a.rate * passed.value;
}

void MemoryShare::settle() {
  advance(now_tick());
  if (active_.empty()) {
    short_ = false;
    return;
  }
  deal(capacity());
  std::int64_t next = std::numeric_limits<std::int64_t>::max();
  for (const Active& a : active_) next = std::min(next, std::max<std::int64_t>(1, ceil_div(a.left, a.rate)));
  wake_.cancel();
  wake_at(wake_, now_ + Tick(next), Step::memory);
}

void MemoryShare::step() {
  ++activations_;
  const Tick now = now_tick();
  advance(now);
  const auto over = std::stable_partition(active_.begin(), active_.end(), [](const Active& a) { return a.left > 0; });
  done_.clear();
  for (auto a = over; a != active_.end(); ++a) done_.push_back(a->stream), use_.bytes += a->stream.bytes;
  active_.erase(over, active_.end());
  settle();
  for (const MemoryStream& s : done_) s.client->delivered(s.engine, now);
}

}  // namespace inf::sim
