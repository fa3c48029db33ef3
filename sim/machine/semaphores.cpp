#include "sim/machine/semaphores.h"

#include <algorithm>

namespace inf::sim {
namespace {

std::int32_t apply(std::int32_t value, isa::SignalKind kind, std::int32_t operand) {
  const auto wrap = [](std::uint32_t v) { return static_cast<std::int32_t>(v); };
  switch (kind) {
    case isa::SignalKind::add: return wrap(static_cast<std::uint32_t>(value) + static_cast<std::uint32_t>(operand));
    case isa::SignalKind::subtract:
      return wrap(static_cast<std::uint32_t>(value) - static_cast<std::uint32_t>(operand));
    case isa::SignalKind::write: return operand;
  }
  return value;
}

int rank(Signaller s) { return s.is_dma ? 256 + s.index : s.index; }

}  // namespace

void SemaphoreBank::post(int semaphore, Tick at, isa::SignalKind kind, std::int32_t value, Signaller by) {
  auto& pending = slots_[static_cast<std::size_t>(semaphore)].pending;
  const Update update{at, kind, value, by};
  const auto before = [](const Update& a, const Update& b) {
    return a.at != b.at ? a.at < b.at : rank(a.by) < rank(b.by);
  };
  pending.insert(std::upper_bound(pending.begin(), pending.end(), update, before), update);
}

void SemaphoreBank::fold(Slot& slot, Tick now) {
  std::size_t due = 0;
  while (due < slot.pending.size() && slot.pending[due].at <= now) {
    slot.value = apply(slot.value, slot.pending[due].kind, slot.pending[due].value);
    ++due;
  }
  if (due) slot.pending.erase(slot.pending.begin(), slot.pending.begin() + static_cast<std::ptrdiff_t>(due));
}

std::int32_t SemaphoreBank::value(int semaphore, Tick now) {
  Slot& slot = slots_[static_cast<std::size_t>(semaphore)];
  fold(slot, now);
  return slot.value;
}

std::optional<SemaphoreBank::Ready> SemaphoreBank::ready(int semaphore, std::int32_t value, Tick now, Tick not_before) {
  Slot& slot = slots_[static_cast<std::size_t>(semaphore)];
  fold(slot, now);
  const Tick from = std::max(now, not_before);
  std::int32_t v = slot.value;
  Ready ready{from, {}};
  for (std::size_t i = 0;; ++i) {
    const bool last = i == slot.pending.size();
    // v holds until the next update; one that comes before `from` still changes what is seen then.
    if (v >= value && (last || slot.pending[i].at > ready.at)) return ready;
    if (last) return std::nullopt;
    v = apply(v, slot.pending[i].kind, slot.pending[i].value);
    ready = {std::max(from, slot.pending[i].at), slot.pending[i].by};
  }
}

}  // namespace inf::sim
