#include "isa/program/random_operands.h"

#include "isa/base/error.h"
#include "isa/program/rules.h"

namespace inf::isa {

Pattern RandomOperands::pattern(std::int64_t n) {
  Pattern p;
  for (std::size_t i = 3; i > 0; --i) {
    std::int64_t divisor = coin() ? between(1, n) : n;
    while (n % divisor != 0) --divisor;
    p.dims[i].count = static_cast<std::uint32_t>(divisor);
    n /= divisor;
  }
  p.dims[0].count = static_cast<std::uint32_t>(n);
  return p;
}

Access RandomOperands::access(unsigned memories, std::int64_t parts, std::int64_t n, DType type) {
  Access a;
  if (parts > chip_.psum.partitions) memories &= ~kPsum;
  do a.memory = static_cast<Memory>(between(0, 2));
  while ((memories & mask(a.memory)) == 0);
  a.dtype = type;
  a.partitions = static_cast<std::uint16_t>(parts);
  if (a.memory != Memory::dram) {
    const int step = start_grain(static_cast<int>(parts));
    const int all = a.memory == Memory::psum ? chip_.psum.partitions : chip_.sbuf.partitions;
    a.start_partition = static_cast<std::uint8_t>(step * between(0, (all - parts) / step));
  }
  a.free = pattern(n);
  steps(a, a.memory == Memory::psum ? chip_.psum.banks * chip_.psum.bank_bytes : chip_.sbuf_usable());
  if (a.memory == Memory::dram) a.partition_step = between(0, 1 << 20), a.offset += between(0, 1 << 30);
  if (between(0, 9) == 0 && chip_.sequencer.loops)
    a.base_register = static_cast<std::uint8_t>(between(1, chip_.sequencer.registers));
  return a;
}

void RandomOperands::steps(Access& a, std::int64_t bytes) {
  const std::int64_t size = size_of(a.dtype);
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::int64_t step = 1;
    for (std::size_t i = 4; i-- > 0;) {
      if (attempt == 0) step *= between(1, 3);
      const bool back = attempt == 0 && between(0, 7) == 0;
      a.free.dims[i].step = static_cast<std::int32_t>(std::min<std::int64_t>(step, kMaxStep) * (back ? -1 : 1));
      step *= a.free.dims[i].count;
    }
    const std::int64_t low = -a.free.lowest() * size, high = bytes - (a.free.highest() + 1) * size;
    if (low > high) continue;
    a.offset = low + between(0, (high - low) / size) * size;
    return;
  }
  throw Error(ErrorKind::internal, "", "a random access does not fit");
}

Access RandomOperands::in_bank(std::int64_t parts, std::int64_t n, DType type) {
  Access a = access(kPsum, parts, 1, type);
  a.base_register = 0;
  a.free = Pattern::row(static_cast<std::uint32_t>(n));
  a.offset = between(0, chip_.psum.banks - 1) * chip_.psum.bank_bytes + between(0, chip_.psum.bank_bytes / 4 - n) * 4;
  return a;
}

ScalarOperand RandomOperands::scalar(const Access& dst, DType type) {
  if (coin()) return ScalarOperand::imm(real());
  Access a = access(kSbuf, dst.partitions, 1, type);
  a.free = Pattern::row(1);
  return ScalarOperand::vector(a);
}

}  // namespace inf::isa
