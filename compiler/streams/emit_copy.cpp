#include <algorithm>

#include "compiler/streams/emission.h"

// Data movement without arithmetic: one DMA transfer per slab, from device memory to device memory.
namespace inf::compiler {

using arch::Engine;

namespace {

/// Sets all of y to a constant that lies in one SBUF tile.
Horizon fill_tensor(Emission& e, const CopyTile& t) {
  const DType dtype = e.program.tensor(e.program.root(t.y)).dtype;
  const std::int64_t total = elements(e.program.tensor(t.y).shape);
  const int partitions = e.chip.sbuf.partitions;
  const auto chunk = static_cast<std::uint32_t>(std::min<std::int64_t>(4096, (total + partitions - 1) / partitions));
  Slot slot = e.sbuf.allocate(chunk * size_of(dtype));
  const Horizon set =
      e.emit(e.roles.fill, isa::Memset{sbuf_access(slot.offset, 0, partitions, dtype, Pattern::row(chunk)), t.value},
             slot.free());
  Horizon done;
  for (std::int64_t at = 0; at < total;) {
    const std::int64_t left = total - at;
    const std::uint32_t count = static_cast<std::uint32_t>(std::min<std::int64_t>(chunk, left));
    const int rows = static_cast<int>(std::clamp<std::int64_t>(left / chunk, 1, partitions));
    done.merge(e.store(dram_access(e.program, t.y, at, rows, count, Pattern::row(count)),
                       sbuf_access(slot.offset, 0, rows, dtype, Pattern::row(count)), t.y, e.dram.whole(t.y), set));
    at += std::int64_t{rows} * count;
  }
  slot.written = set;
  slot.used = done;
  e.sbuf.release(slot);
  return done;
}

}  // namespace

Generator emit_copy(Emission& e, const CopyTile& t) {
  if (t.fill) {
    fill_tensor(e, t);
    co_yield 0;
  }
  // One axis but the innermost goes over the DMA engines, the others are the free dimensions: the longest that needs no
  // more than one transfer, or the longest of all.
  const std::size_t axes = t.size.size();
  const auto fits = [&](std::size_t i) { return t.size[i] <= e.chip.sbuf.partitions; };
  std::size_t spread = 0;
  for (std::size_t i = 0; i + 1 < axes; ++i)
    if (fits(i) != fits(spread) ? fits(i) && t.size[i] > 1 : t.size[i] > t.size[spread]) spread = i;
  Pattern from, to;
  std::size_t dim = 4 - (axes - 1);
  for (std::size_t i = 0; i < axes; ++i) {
    if (i == spread) continue;
    const auto count = static_cast<std::uint32_t>(t.size[i]);
    from.dims[dim] = {static_cast<std::int32_t>(t.x_step[i]), count};
    to.dims[dim++] = {static_cast<std::int32_t>(t.y_step[i]), count};
  }
  const std::int64_t slab = e.chip.sbuf.partitions;
  for (std::int64_t at = 0; at < t.size[spread]; at += slab) {
    const int rows = static_cast<int>(std::min(slab, t.size[spread] - at));
    const isa::Access src =
        dram_access(e.program, t.x, t.x_start + at * t.x_step[spread], rows, t.x_step[spread], from);
    const isa::Access dst = dram_access(e.program, t.y, t.y_start + at * t.y_step[spread], rows, t.y_step[spread], to);
    const Horizon done = e.store(dst, src, t.y, e.dram.whole(t.y), e.dram.ready(t.x, e.dram.whole(t.x)));
    e.dram.note_read(t.x, done);
    co_yield 0;
  }
}

}  // namespace inf::compiler
