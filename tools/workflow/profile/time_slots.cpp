#include "tools/workflow/profile/time_slots.h"

#include <algorithm>

namespace inf::workflow {
namespace {

using Steps = std::vector<std::pair<std::int64_t, double>>;

void append(Steps& steps, std::int64_t tick, double level) {
  if (steps.empty() || steps.back().second != level) steps.emplace_back(tick, level);
}

/// a * b / c of numbers whose product may not fit 64 bits.
std::int64_t scaled(std::int64_t a, std::int64_t b, std::int64_t c) {
  return static_cast<std::int64_t>(static_cast<__int128>(a) * b / c);
}

}  // namespace

Steps SlotLevels::steps(const TimeSlots& slots, std::int64_t most) const {
  const std::int64_t changes = std::count_if(changes_.begin(), changes_.end(), [](std::int64_t c) { return c != 0; });
  const std::int64_t group = changes < most - 1 ? 1 : (slots.count + most - 2) / (most - 1);
  Steps steps;
  std::int64_t level = 0;
  for (std::int64_t first = 0; first < slots.count; first += group) {
    std::int64_t highest = 0;
    for (std::int64_t slot = first; slot < std::min(first + group, slots.count); ++slot) {
      level += changes_[static_cast<std::size_t>(slot)];
      highest = std::max(highest, level);
    }
    append(steps, first * slots.width, static_cast<double>(highest));
  }
  if (slots.count > 0) append(steps, slots.end, 0);
  return steps;
}

void SlotBytes::add(std::int64_t from, std::int64_t to, std::int64_t bytes) {
  if (bytes == 0 || slots_.count == 0) return;
  const std::int64_t first = std::min(slots_.at(from), slots_.count - 1);
  std::int64_t done = 0;
  for (std::int64_t slot = first; slot < slots_.count; ++slot) {
    const std::int64_t until = (slot + 1) * slots_.width;
    const bool last = until >= to || slot + 1 == slots_.count;
    const std::int64_t upto = last ? bytes : scaled(bytes, until - from, to - from);
    bytes_[static_cast<std::size_t>(slot)] += upto - done;
    done = upto;
    if (last) return;
  }
}

Steps SlotBytes::rates(std::int64_t tick_mhz) const {
  Steps steps;
  for (std::int64_t slot = 0; slot < slots_.count; ++slot) {
    const std::int64_t from = slot * slots_.width, ticks = std::min(slots_.width, slots_.end - from);
    append(steps, from,
           static_cast<double>(bytes_[static_cast<std::size_t>(slot)]) * static_cast<double>(tick_mhz) /
               (static_cast<double>(ticks) * 1e3));
  }
  if (slots_.count > 0) append(steps, slots_.end, 0);
  return steps;
}

}  // namespace inf::workflow
