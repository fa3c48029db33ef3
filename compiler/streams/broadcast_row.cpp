#include "compiler/streams/broadcast_row.h"

namespace inf::compiler {

using arch::Engine;
using isa::ScalarOperand;

void BroadcastRow::spread(TensorId id) {
  const TileTensor& row = e_.program.tensor(id);
  const int terms = static_cast<int>(row.shape[0]), size = size_of(row.dtype), wide = e_.chip.tensor.columns;
  const std::int64_t cols = row.shape[1],
                     run = std::min<std::int64_t>(e_.chip.tensor.max_moving, e_.chip.psum.bank_bytes / 4);
  Slot parts = e_.sbuf.allocate(cols * size), ones = e_.sbuf.allocate(std::int64_t{wide} * size);
  const Pattern all = Pattern::row(u32(cols));
  parts.written = e_.load_aside(sbuf_access(parts.offset, 0, terms, row.dtype, all),
                                dram_access(e_.program, id, 0, terms, cols, all), id, e_.dram.whole(id), parts.free());
  ones.written =
      e_.emit(e_.roles.fill,
              isa::Memset{.dst = sbuf_access(ones.offset, 0, terms, row.dtype, Pattern::row(u32(wide))), .value = 1},
              ones.free());
  const Horizon free = slot_.free();
  for (int first = 0; first < partitions_; first += wide) {
    const int n = std::min(wide, partitions_ - first);
    for (std::int64_t col = 0; col < cols; col += run) {
      const Pattern some = Pattern::row(u32(std::min(run, cols - col)));
      const int bank = e_.psum.take();
      const isa::Access psum = psum_access(e_.chip, bank, n, some);
      e_.emit(Engine::tensor, isa::LoadStationary{sbuf_access(ones.offset, 0, terms, row.dtype, Pattern::row(u32(n)))},
              ones.written);
      const Horizon product =
          e_.emit(Engine::tensor,
                  isa::Matmul{.dst = psum, .moving = sbuf_access(parts.offset + col * size, 0, terms, row.dtype, some)},
                  parts.written + e_.psum.free(bank));
      const isa::Access dst = sbuf_access(slot_.offset + col * 4, first, n, DType::fp32, some);
      const Horizon moved = evict(e_, {}, dst, psum, 1, ScalarOperand::imm(0), dst, product + free);
      e_.psum.free(bank) = moved;
      parts.used.merge(product), ones.used.merge(product), slot_.written.merge(moved);
    }
  }
  e_.sbuf.release(parts), e_.sbuf.release(ones);
}

}  // namespace inf::compiler
