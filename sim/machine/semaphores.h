#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "isa/base/units.h"
#include "isa/table/instructions.h"

namespace inf::sim {

/// Who updated a semaphore: an engine by its index, or the DMA queue `ring` (trigger engine x 16 + queue).
struct Signaller {
  bool is_dma = false;
  std::uint8_t index = 0;  ///< engine, or ring
  friend bool operator==(Signaller, Signaller) = default;
};
inline constexpr int kQueuesPerEngine = 16;

/// Semaphores of one NeuronCore. Completion times are known when an instruction issues, so an update is posted ahead
/// with the tick at which it becomes visible. Updates of one tick apply in the order of their signaller: engines by
/// index, then queues.
class SemaphoreBank {
 public:
  explicit SemaphoreBank(int count) : slots_(static_cast<std::size_t>(count)) {}

  int count() const { return static_cast<int>(slots_.size()); }
  /// `at` must not lie before any time already asked about.
  void post(int semaphore, Tick at, isa::SignalKind kind, std::int32_t value, Signaller by);
  /// The value visible at `now`.
  std::int32_t value(int semaphore, Tick now);

  struct Ready {
    Tick at;
    Signaller by;  ///< whose update made it true; meaningful when `at` is after `now`
  };
  /// The earliest tick from `now` on, and not before `not_before`, at which the semaphore is at least `value`, by the
  /// updates posted so far.
  std::optional<Ready> ready(int semaphore, std::int32_t value, Tick now, Tick not_before = Tick(0));

 private:
  struct Update {
    Tick at;
    isa::SignalKind kind;
    std::int32_t value;
    Signaller by;
  };
  struct Slot {
    std::int32_t value = 0;
    std::vector<Update> pending;  ///< ascending
  };
  void fold(Slot& slot, Tick now);
  std::vector<Slot> slots_;
};

}  // namespace inf::sim
