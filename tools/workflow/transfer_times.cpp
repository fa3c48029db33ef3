#include "tools/workflow/transfer_times.h"

#include <algorithm>

namespace inf::workflow {

void TransferTimes::transferred(const sim::DmaTransfer& transfer) {
  if (transfer.op < 0 || static_cast<std::size_t>(transfer.op) >= spans_.size()) return;
  spans_[static_cast<std::size_t>(transfer.op)].emplace_back(transfer.start, transfer.end);
}

Tick TransferTimes::busy(std::size_t op) const {
  std::vector<std::pair<Tick, Tick>> spans = spans_[op];
  std::sort(spans.begin(), spans.end());
  Tick sum, covered;
  for (const auto& [start, end] : spans) {
    if (end <= covered) continue;
    sum += end - std::max(start, covered);
    covered = end;
  }
  return sum;
}

}  // namespace inf::workflow
