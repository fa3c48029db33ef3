#pragma once
#include <algorithm>

#include "compiler/streams/emission.h"

namespace inf::compiler {

/// A constant row [cols] on every partition that holds rows: by one transfer, or, where it comes as terms, by a product
/// of ones with them, which reads device memory once instead of once for each partition.
class BroadcastRow {
 public:
  BroadcastRow(Emission& e, TensorId id, std::int64_t rows)
      : e_(e), partitions_(static_cast<int>(std::min<std::int64_t>(rows, e.chip.sbuf.partitions))) {
    if (id == kNoTensor) return;
    const std::int64_t cols = e.program.tensor(id).shape.back();
    slot_ = e.sbuf.allocate(cols * 4);
    const Pattern run = Pattern::row(u32(cols));
    if (e.program.tensor(id).shape.size() == 2)
      spread(id);
    else
      slot_.written = e.load_aside(at(partitions_, run), dram_access(e.program, id, 0, partitions_, 0, run), id,
                                   e.dram.whole(id), slot_.free());
  }
  ~BroadcastRow() {
    if (slot_.bytes > 0) e_.sbuf.release(slot_);
  }
  BroadcastRow(const BroadcastRow&) = delete;
  explicit operator bool() const { return slot_.bytes > 0; }
  isa::Access at(int partitions, const Pattern& run) const {
    return sbuf_access(slot_.offset, 0, partitions, DType::fp32, run);
  }
  Horizon ready() const { return slot_.written; }
  void used(const Horizon& until) { slot_.used.merge(until); }

 private:
  void spread(TensorId id);

  Emission& e_;
  const int partitions_;
  Slot slot_;
};

}  // namespace inf::compiler
