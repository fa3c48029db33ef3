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
  const Horizon y_free = e.dram.writable(t.y, e.dram.whole(t.y));
  Horizon done;
  for (std::int64_t at = 0; at < total;) {
    const std::int64_t left = total - at;
    const std::uint32_t count = static_cast<std::uint32_t>(std::min<std::int64_t>(chunk, left));
    const int rows = static_cast<int>(std::clamp<std::int64_t>(left / chunk, 1, partitions));
    done.merge(e.store_part(dram_access(e.program, t.y, at, rows, count, Pattern::row(count)),
                            sbuf_access(slot.offset, 0, rows, dtype, Pattern::row(count)), t.y, y_free, set));
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
  Pattern from, to;
  const std::size_t axes = t.size.size();
  for (std::size_t i = 1; i < axes; ++i) {
    const auto count = static_cast<std::uint32_t>(t.size[i]);
    from.dims[4 - axes + i] = {static_cast<std::int32_t>(t.x_step[i]), count};
    to.dims[4 - axes + i] = {static_cast<std::int32_t>(t.y_step[i]), count};
  }
  const Horizon y_free = e.dram.writable(t.y, e.dram.whole(t.y)), x_ready = e.dram.ready(t.x, e.dram.whole(t.x));
  const std::int64_t slab = e.chip.sbuf.partitions;
  for (std::int64_t at = 0; at < t.size[0]; at += slab) {
    const int rows = static_cast<int>(std::min(slab, t.size[0] - at));
    const isa::Access src = dram_access(e.program, t.x, t.x_start + at * t.x_step[0], rows, t.x_step[0], from);
    const isa::Access dst = dram_access(e.program, t.y, t.y_start + at * t.y_step[0], rows, t.y_step[0], to);
    const Horizon done = e.store_part(dst, src, t.y, y_free, x_ready);
    e.dram.note_read(t.x, done);
    co_yield 0;
  }
}

}  // namespace inf::compiler
