#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/base/units.h"
#include "sim/engines/dma_plan.h"
#include "sim/machine/semaphores.h"

namespace inf::sim {

/// Queues of all engines: ring = trigger engine x 16 + queue.
inline constexpr int kRings = arch::kEngines * kQueuesPerEngine;

/// Later than anything that happens.
inline constexpr Tick kNever{std::numeric_limits<std::int64_t>::max() / 16};

/// Transfers whose shares wait for one DMA engine: in order within a ring, round-robin over the rings that are ready.
/// A transfer has a `ring`, and a `ready` time before which none of its data moves.
template <class Transfer>
class DmaLine {
 public:
  void enqueue(Transfer& t) {
    Ring& ring = rings_[static_cast<std::size_t>(t.ring)];
    if (ring.empty()) busy_.insert(std::lower_bound(busy_.begin(), busy_.end(), t.ring), t.ring);
    ring.waiting.push_back(&t);
  }
  /// When the first share is ready to be served.
  Tick ready() const {
    Tick at = kNever;
    for (const int ring : busy_) at = std::min(at, ready_at(ring));
    return at;
  }
  /// Takes the transfer to serve at `now` out of the line; null for none. The first ready ring behind the one served
  /// last has its turn.
  Transfer* take(Tick now) {
    const int ring = pick(now);
    if (ring < 0) return nullptr;
    last_ = ring;
    Ring& from = rings_[static_cast<std::size_t>(ring)];
    Transfer* t = from.waiting[from.taken++];
    if (from.empty()) busy_.erase(std::find(busy_.begin(), busy_.end(), ring));
    if (from.empty() || from.taken == kKept) {
      from.waiting.erase(from.waiting.begin(), from.waiting.begin() + static_cast<std::ptrdiff_t>(from.taken));
      from.taken = 0;
    }
    return t;
  }
  /// The ring's next share starts at `until` at the earliest.
  void hold(int ring, Tick until) { rings_[static_cast<std::size_t>(ring)].held_until = until; }
  Tick held_until(int ring) const { return rings_[static_cast<std::size_t>(ring)].held_until; }
  /// Forgets which ring was served last, and how long rings are held.
  void reset() {
    last_ = kRings - 1;
    for (Ring& ring : rings_) ring.held_until = Tick(0);
  }

 private:
  static constexpr std::size_t kKept = 256;
  struct Ring {
    std::vector<Transfer*> waiting;  ///< the first `taken` are out
    std::size_t taken = 0;
    Tick held_until;
    bool empty() const { return taken == waiting.size(); }
  };
  Tick ready_at(int ring) const {
    const Ring& r = rings_[static_cast<std::size_t>(ring)];
    return std::max(r.waiting[r.taken]->ready, r.held_until);
  }
  int pick(Tick now) const {
    int first = -1;
    for (const int ring : busy_) {
      if (ready_at(ring) > now) continue;
      if (ring > last_) return ring;
      if (first < 0) first = ring;
    }
    return first;
  }

  int last_ = kRings - 1;
  std::vector<int> busy_;  ///< rings with shares to serve, ascending
  std::array<Ring, kRings> rings_;
};

/// Rate in whole bytes per us, as shares of device memory are dealt out.
inline std::int64_t bytes_per_us(double bytes_per_ns) {
  return std::max<std::int64_t>(1, std::llround(bytes_per_ns * 1000.0));
}

/// Whether the DMA engines of so many running cores together can ask for more than device memory gives. Where they
/// cannot, nobody needs to wait for anything, and the end of a stream is known at its start. A transfer between two
/// places of device memory reads and writes it.
inline bool memory_contended(const arch::ChipSpec& chip, int cores) {
  const double gives =
      cores > 1 ? std::min(chip.memory.shared_bytes_per_ns, chip.memory.bytes_per_ns) : chip.memory.bytes_per_ns;
  return 2 * chip.dma.engines * cores * bytes_per_us(chip.dma.bytes_per_ns) > bytes_per_us(gives);
}

/// A core's way to device memory: requests pass at the memory's full rate in the order of their arrival, and an access
/// latency.
class DeviceMemoryPort {
 public:
  DeviceMemoryPort(const arch::DeviceMemorySpec& spec, const arch::Timebase& time)
      : rate_(spec.bytes_per_ns, time), access_(time.from_ns(static_cast<double>(spec.access_ns))) {}
  /// When the last byte of a request has passed.
  Tick answer(Tick arrival, std::int64_t bytes) {
    free_at_ = std::max(free_at_, arrival) + rate_.ticks(bytes);
    return free_at_ + access_;
  }

 private:
  ByteRate rate_;
  Tick access_, free_at_;
};

}  // namespace inf::sim
