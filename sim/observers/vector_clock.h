#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

#include "sim/machine/semaphores.h"

namespace inf::sim {

/// Agents complete their work in order: engines 0..4, then DMA queues and sequencers as they come into use.
inline constexpr int kAgents = arch::kEngines + arch::kEngines * kQueuesPerEngine + arch::kEngines;

/// For each agent, how many of its instructions (transfers) are known to be complete.
struct VectorClock {
  std::array<std::uint32_t, kAgents> known{};

  /// Learns everything that `other` knows. Only the first `agents` are in use.
  void join(const VectorClock& other, int agents) {
    for (int i = 0; i < agents; ++i)
      known[static_cast<std::size_t>(i)] =
          std::max(known[static_cast<std::size_t>(i)], other.known[static_cast<std::size_t>(i)]);
  }
  void meet(const VectorClock& other, int agents) {
    for (int i = 0; i < agents; ++i)
      known[static_cast<std::size_t>(i)] =
          std::min(known[static_cast<std::size_t>(i)], other.known[static_cast<std::size_t>(i)]);
  }
  bool covers(const VectorClock& other, int agents) const {
    for (int i = 0; i < agents; ++i)
      if (known[static_cast<std::size_t>(i)] < other.known[static_cast<std::size_t>(i)]) return false;
    return true;
  }
};

}  // namespace inf::sim
