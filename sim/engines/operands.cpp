#include "sim/engines/operands.h"

#include <cstdlib>

#include "isa/numerics/convert.h"

namespace inf::sim {
namespace {
constexpr int kSlots = 4;
}

float* scratch_row(int slot, std::int64_t elements) {
  thread_local std::array<std::vector<float>, kSlots> rows;
  auto& row = rows[static_cast<std::size_t>(slot)];
  if (row.size() < static_cast<std::size_t>(elements)) row.resize(static_cast<std::size_t>(elements));
  return row.data();
}

std::uint32_t* scratch_words(int slot, std::int64_t elements) {
  thread_local std::array<std::vector<std::uint32_t>, kSlots> rows;
  auto& row = rows[static_cast<std::size_t>(slot)];
  if (row.size() < static_cast<std::size_t>(elements)) row.resize(static_cast<std::size_t>(elements));
  return row.data();
}

std::uint32_t scalar_bits_at(Memories& memory, const isa::ScalarOperand& s, DType dtype, int partition) {
  if (!s.is_access) return numerics::to_integer_bits(dtype, numerics::bits_of(s.immediate));
  std::uint32_t v;
  read_words(memory, s.access, partition, &v);
  return v;
}

arch::OperandShape shape_of(const isa::Access& a) {
  arch::OperandShape shape;
  shape.psum = a.memory == isa::Memory::psum;
  shape.dtype = a.dtype;
  shape.dynamic = a.base_register != 0;
  shape.partitions = a.partitions;
  for (int i = 3; i >= 0; --i) {
    const Dim& d = a.free.dims[static_cast<std::size_t>(i)];
    if (d.count == 1) continue;
    shape.stride_bytes = std::abs(std::int64_t{d.step}) * size_of(a.dtype);
    break;
  }
  return shape;
}

Cost lane_cost(const arch::ChipSpec& chip, arch::Engine engine, Cycles interval) {
  return {interval, interval + arch::lane_latency(chip, engine)};
}

}  // namespace inf::sim
