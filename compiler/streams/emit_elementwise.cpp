#include "compiler/streams/band.h"
#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/reach.h"

// Elementwise operators. Flat ones spread the linear order over all partitions whatever the shape; affine ones put
// channels on partitions.
namespace inf::compiler {

using arch::Engine;
using isa::ScalarOperand;

namespace {

isa::Activation activation(const isa::Access& dst, const isa::Access& src, const Activation& act) {
  const FirstStep first = first_step(act);
  return {.dst = dst,
          .src = src,
          .function = first.function,
          .scale = ScalarOperand::imm(first.scale),
          .bias = ScalarOperand::imm(0),
          .alpha = first.alpha};
}

/// Partitions x elements at `start` of a flat tensor: full tiles use every partition, the tail as many as it fills,
/// then a last short one.
struct FlatPiece {
  std::int64_t start = 0;
  int partitions = 0, count = 0;
};
std::vector<FlatPiece> flat_pieces(std::int64_t elements, int partitions, int chunk) {
  std::vector<FlatPiece> pieces;
  std::int64_t at = 0;
  while (at < elements) {
    const std::int64_t left = elements - at;
    if (left < chunk)
      pieces.push_back({at, 1, static_cast<int>(left)});
    else
      pieces.push_back({at, static_cast<int>(std::min<std::int64_t>(partitions, left / chunk)), chunk});
    at += std::int64_t{pieces.back().partitions} * pieces.back().count;
  }
  return pieces;
}

struct FlatSlots {
  Slot x, out, scratch;
};

}  // namespace

Generator emit_flat(Emission& e, const FlatTile& t) {
  const DType x_type = e.program.tensor(e.program.root(t.x)).dtype,
              y_type = e.program.tensor(e.program.root(t.y)).dtype;
  std::vector<FlatSlots> slots(kBandSlots);
  for (FlatSlots& s : slots) {
    s.x = e.sbuf.allocate(std::int64_t{t.chunk} * size_of(x_type));
    s.out = e.sbuf.allocate(std::int64_t{t.chunk} * size_of(y_type));
    if (needs_scratch(t.act)) s.scratch = e.sbuf.allocate(std::int64_t{t.chunk} * size_of(y_type));
  }
  const Horizon y_free = e.dram.writable(t.y, e.dram.whole(t.y));
  std::size_t next = 0;
  for (const FlatPiece& piece : flat_pieces(t.elements, e.chip.sbuf.partitions, t.chunk)) {
    FlatSlots& s = slots[next++ % slots.size()];
    const Pattern run = Pattern::row(static_cast<std::uint32_t>(piece.count));
    const auto on_chip = [&](const Slot& slot, DType type) {
      return sbuf_access(slot.offset, 0, piece.partitions, type, run);
    };
    const auto in_dram = [&](TensorId id) {
      return dram_access(e.program, id, piece.start, piece.partitions, piece.count, run);
    };
    const isa::Access x = on_chip(s.x, x_type), out = on_chip(s.out, y_type);
    s.x.written = e.load(x, in_dram(t.x), t.x, e.dram.whole(t.x), s.x.free());
    const Horizon first = e.emit(Engine::scalar, activation(out, x, t.act), s.x.written + s.out.free());
    s.x.used = first;
    s.out.written = finish_activation(e, t.act, out, on_chip(s.scratch, y_type), first);
    s.out.used = e.store_part(in_dram(t.y), out, t.y, y_free, s.out.written);
    co_yield 0;
  }
  for (const FlatSlots& s : slots)
    for (const Slot* slot : {&s.x, &s.out, &s.scratch})
      if (slot->bytes > 0) e.sbuf.release(*slot);
}

Generator emit_affine(Emission& e, const AffineTile& t) {
  const ImageView x(e.program, t.x), y(e.program, t.y);
  const DType out_type = e.program.tensor(e.program.root(t.y)).dtype;
  const int partitions = e.chip.sbuf.partitions;
  BandGeometry g;
  g.x = t.x;
  g.channels = static_cast<int>(x.c);
  g.rows = t.rows;
  g.cols = static_cast<int>(x.w);
  g.dtype = e.program.tensor(e.program.root(t.x)).dtype;
  BandRing input(e, g, kBandSlots);
  std::vector<std::pair<Slot, Slot>> staging;
  for (int i = 0; i < kBandSlots; ++i)
    staging.push_back({e.sbuf.allocate(t.rows * y.w * size_of(out_type)),
                       needs_scratch(t.act) ? e.sbuf.allocate(t.rows * y.w * size_of(out_type)) : Slot{}});
  std::size_t next = 0;
  for (int image = 0; image < x.n; ++image)
    for (int row = 0; row < y.h; row += t.rows) {
      const int rows = std::min<int>(t.rows, static_cast<int>(y.h) - row);
      const Pattern run = Pattern::row(static_cast<std::uint32_t>(rows * y.w));
      BandRing::Band& in = input.load(image, {{row, rows}});
      for (int block = 0; block < g.blocks(partitions); ++block) {
        const int channels = input.partitions(block), channel = block * partitions;
        auto& [out, scratch] = staging[next++ % staging.size()];
        const Horizon free = in.slot.written + out.free() + e.residents.ready;
        out.written = {};
        for (const WindowPart& p : window_parts(rows, y.w, 1, isa::kMaxCount)) {
          const Pattern part = Pattern::row(u32(p.rows * p.cols));
          const std::int64_t at = (p.row * y.w + p.col) * size_of(out_type);
          const isa::Access dst = sbuf_access(out.offset + at, 0, channels, out_type, part);
          isa::Activation a = activation(
              dst, input.window(in, block, 0, channels, static_cast<int>(p.row), static_cast<int>(p.col), part), t.act);
          if (t.scale >= 0) a.scale = e.param(t.scale + block, channels);
          a.bias = e.param(t.shift < 0 ? -1 : t.shift + block, channels);
          const Horizon first = e.emit(Engine::scalar, a, free);
          in.slot.used.merge(first);
          out.written.merge(
              finish_activation(e, t.act, dst, sbuf_access(scratch.offset + at, 0, channels, out_type, part), first));
        }
        out.used = e.store(dram_access(e.program, t.y, y.at(image, channel, row, 0), channels, y.plane(), run),
                           sbuf_access(out.offset, 0, channels, out_type, run), t.y, {row, row + rows}, out.written);
        co_yield 0;
      }
    }
  for (const auto& [out, scratch] : staging) {
    e.sbuf.release(out);
    if (scratch.bytes > 0) e.sbuf.release(scratch);
  }
}

}  // namespace inf::compiler
