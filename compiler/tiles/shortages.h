#pragma once
#include <optional>
#include <string>

#include "isa/arch/chip_spec.h"
#include "isa/base/shortage.h"

namespace inf::compiler {

/// SBUF that `what` lacks: `needed` bytes of a partition where `usable` are left, as sbuf.bytes_per_partition counts
/// them. Empty where that is enough, and something else is the reason.
inline std::optional<Shortage> sbuf_shortage(const arch::ChipSpec& chip, std::string what, std::int64_t needed,
                                             std::int64_t usable) {
  if (needed <= usable) return std::nullopt;
  const std::int64_t there = chip.sbuf.bytes_per_partition;
  return Shortage{std::move(what), static_cast<double>(there + needed - usable), static_cast<double>(there),
                  "bytes per partition", "chip.sbuf.bytes_per_partition"};
}

}  // namespace inf::compiler
