#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "isa/arch/chip_spec.h"
#include "isa/table/instructions.h"

namespace inf::sim {

/// What a transfer moves, as far as its time goes: which memories, how many bytes, in which runs. For an indirect
/// transfer the rows of the table stand for all of them, so that no time depends on an index.
struct DmaMove {
  isa::Access dst, src;
  bool accumulate = false;
};
DmaMove move_of(const isa::DmaCopy& op);
DmaMove move_of(const isa::DmaGather& op);
DmaMove move_of(const isa::DmaScatter& op);
/// Nothing for an instruction that moves no data by DMA.
std::optional<DmaMove> dma_move(const isa::Operation& op);

/// Runs of a move that are contiguous on both sides; each is a descriptor, a long one several.
std::int64_t descriptors(const DmaMove& move);

/// What one DMA engine does of a transfer.
struct DmaShare {
  std::int64_t bytes = 0;  ///< through the engine
  std::int64_t descriptors = 0;
  Tick hold;      ///< on its queue: the queue's next share on this engine starts so much later at the earliest
  Tick duration;  ///< on the engine alone: sum over descriptors of max(descriptor_ns, bytes / bytes_per_ns)
};

/// How a transfer is split: each share takes partitions_per_engine partitions of the SBUF side (of the destination
/// where neither side is SBUF) and runs on the DMA engine that serves those partitions; share 0 on `first_engine`, the
/// others on the ones after it. A descriptor is a run that is contiguous on both sides. Source: fact sheet 5.1, 5.4;
/// split documented, costs assumed.
struct DmaPlan {
  static constexpr int kMaxShares = 64;
  std::array<DmaShare, kMaxShares> shares;
  int count = 0;
  int first_engine = 0;
  std::int64_t bytes = 0;    ///< written at the destination
  std::int64_t through = 0;  ///< through the engines, all shares together
  std::int64_t dram_read = 0, dram_written = 0;
  std::int64_t descriptors = 0;
};
void plan(const DmaMove& move, const arch::DmaSpec& spec, const arch::Timebase& time, DmaPlan& out);

/// bytes / (bytes per ns) in ticks, rounded up; integer arithmetic on a rate kept in thousandths.
class ByteRate {
 public:
  ByteRate(double bytes_per_ns, const arch::Timebase& time);
  Tick ticks(std::int64_t bytes) const { return Tick((bytes * mhz_ + milli_ - 1) / milli_); }

 private:
  std::int64_t milli_, mhz_;
};

/// Elements of the longest run that is contiguous in memory and starts every such run of the access; runs go on over
/// partitions where device memory is dense.
std::int64_t contiguous_elements(const isa::Access& a);

}  // namespace inf::sim
