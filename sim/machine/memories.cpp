#include "sim/machine/memories.h"

namespace inf::sim {

Memories::Memories(const arch::ChipSpec& chip, std::int64_t dram)
    : sbuf(chip.sbuf.partitions, chip.sbuf.bytes_per_partition, "SBUF"),
      psum(chip.psum.partitions, chip.psum.banks * chip.psum.bank_bytes, "PSUM"),
      dram(static_cast<std::size_t>(dram), "device memory"),
      dram_bytes(dram) {}

std::byte* Memories::base(const isa::Access& a) {
  switch (a.memory) {
    case isa::Memory::sbuf: return sbuf.at(Partition(a.start_partition), a.offset);
    case isa::Memory::psum: return psum.at(Partition(a.start_partition), a.offset);
    case isa::Memory::dram: return dram.data() + a.offset;
  }
  return nullptr;
}

std::int64_t Memories::pitch(const isa::Access& a) const {
  switch (a.memory) {
    case isa::Memory::sbuf: return static_cast<std::int64_t>(sbuf.pitch());
    case isa::Memory::psum: return static_cast<std::int64_t>(psum.pitch());
    case isa::Memory::dram: return a.partition_step;
  }
  return 0;
}

numerics::Tile Memories::tile(const isa::Access& a) {
  return {base(a), static_cast<std::size_t>(pitch(a)), a.partitions, a.dtype, a.free};
}

numerics::ConstTile Memories::const_tile(const isa::Access& a) {
  return {base(a), static_cast<std::size_t>(pitch(a)), a.partitions, a.dtype, a.free};
}

}  // namespace inf::sim
