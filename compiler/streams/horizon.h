#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

#include "isa/arch/chip_spec.h"

namespace inf::compiler {

/// Something that completes its work in order: an engine, or a DMA queue with the engine that triggers it.
/// Each line owns the semaphore of its own number, which counts its completed instructions.
enum class Line : std::uint8_t {
  tensor,
  vector,
  scalar,
  gpsimd,
  sync,
  load,
  store,
  weights,
  load_beside,
  store_beside,
  weights_beside,
};
inline constexpr int kLines = 11;
/// Semaphores that the compiler uses: one per line, one for arrivals at a meeting of all engines, one release each.
inline constexpr int kSemaphores = kLines + 1 + arch::kEngines;
inline constexpr int kFewestDmaQueues = 3;  ///< one for each kind of transfer
/// Of a queue's line: its number on the chip.
constexpr int queue_number(Line queue) { return static_cast<int>(queue) - arch::kEngines; }
/// A transfer keeps its queue longer than its data needs (DmaSpec::queue_ns), so each kind has a second queue beside
/// the first where the chip has as many.
constexpr Line beside(Line queue) {
  return static_cast<Line>(static_cast<int>(queue) + static_cast<int>(Line::load_beside) -
                           static_cast<int>(Line::load));
}
constexpr Line line_of(arch::Engine e) { return static_cast<Line>(e); }

/// How far each line must have come: the number of its completed instructions.
struct Horizon {
  std::array<std::int32_t, kLines> at{};

  std::int32_t& operator[](Line l) { return at[static_cast<std::size_t>(l)]; }
  std::int32_t operator[](Line l) const { return at[static_cast<std::size_t>(l)]; }
  Horizon& merge(const Horizon& other) {
    for (int i = 0; i < kLines; ++i) at[i] = std::max(at[i], other.at[i]);
    return *this;
  }
  friend Horizon operator+(Horizon a, const Horizon& b) { return a.merge(b); }
  friend bool operator==(const Horizon&, const Horizon&) = default;
};

}  // namespace inf::compiler
