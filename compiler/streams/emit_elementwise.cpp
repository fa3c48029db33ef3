#include <optional>

#include "compiler/streams/band.h"
#include "compiler/tiles/conv_plan.h"

// Elementwise operators. Flat ones spread the linear order over all partitions whatever the shape; affine ones put
// channels on partitions.
namespace inf::compiler {

using arch::Engine;
using isa::ScalarOperand;
using numerics::AluOp;

namespace {

AluOp alu_of(Binary::Op op) {
  switch (op) {
    case Binary::Op::add: return AluOp::add;
    case Binary::Op::sub: return AluOp::subtract;
    case Binary::Op::mul:
    case Binary::Op::div: return AluOp::multiply;
    case Binary::Op::max: return AluOp::max;
    case Binary::Op::min: return AluOp::min;
    case Binary::Op::pow: return AluOp::power;
  }
  return AluOp::bypass;
}

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
  Slot a, b, sum, out, scratch;
};

Horizon combine(Emission& e, const FlatTile& t, const isa::Access& dst, const isa::Access& a, const isa::Access& b,
                const Horizon& after) {
  if (t.b == kNoTensor) {
    AluOp op = alu_of(t.op);
    float s = t.immediate;
    Horizon ready = after;
    isa::Access src = a;
    if (t.op == Binary::Op::div && !t.reverse) s = 1 / s;
    if (t.op == Binary::Op::div && t.reverse) {  // s / a
      ready = e.emit(Engine::vector, isa::Reciprocal{.dst = dst, .src = a}, after);
      src = dst;
    }
    isa::TensorScalar ts{.dst = dst,
                         .src = src,
                         .op0 = op,
                         .s0 = ScalarOperand::imm(s),
                         .op1 = AluOp::bypass,
                         .s1 = ScalarOperand::imm(0)};
    ts.reverse0 = t.reverse;
    return e.emit(Engine::vector, ts, ready);
  }
  Horizon ready = after;
  isa::Access divisor = b;
  if (t.op == Binary::Op::div) {
    divisor = dst;
    ready = e.emit(Engine::vector, isa::Reciprocal{.dst = dst, .src = b}, after);
  }
  return e.emit(Engine::vector, isa::TensorTensor{.dst = dst, .a = a, .b = divisor, .op = alu_of(t.op)}, ready);
}

}  // namespace

Generator emit_flat(Emission& e, const FlatTile& t) {
  const auto dtype = [&](TensorId id) { return e.program.tensor(e.program.root(id)).dtype; };
  const int partitions = e.chip.sbuf.partitions;
  const bool two_steps = t.has_op && t.act.fn != Act::none;
  std::vector<FlatSlots> slots(kBandSlots);
  for (FlatSlots& s : slots) {
    s.a = e.sbuf.allocate(std::int64_t{t.chunk} * size_of(dtype(t.a)));
    if (t.b != kNoTensor) s.b = e.sbuf.allocate(std::int64_t{t.chunk} * size_of(dtype(t.b)));
    if (t.has_op) s.sum = e.sbuf.allocate(std::int64_t{t.chunk} * 4);
    s.out = e.sbuf.allocate(std::int64_t{t.chunk} * size_of(dtype(t.y)));
    if (needs_scratch(t.act)) s.scratch = e.sbuf.allocate(std::int64_t{t.chunk} * size_of(dtype(t.y)));
  }
  std::size_t next = 0;
  for (const FlatPiece& piece : flat_pieces(t.elements, partitions, t.chunk)) {
    FlatSlots& s = slots[next++ % slots.size()];
    const Pattern run = Pattern::row(static_cast<std::uint32_t>(piece.count));
    const auto on_chip = [&](const Slot& slot, DType type) {
      return sbuf_access(slot.offset, 0, piece.partitions, type, run);
    };
    const auto in_dram = [&](TensorId id) {
      return dram_access(e.program, id, piece.start, piece.partitions, piece.count, run);
    };
    const isa::Access a = on_chip(s.a, dtype(t.a)), out = on_chip(s.out, dtype(t.y)), sum = on_chip(s.sum, DType::fp32);
    s.a.written = e.load(a, in_dram(t.a), t.a, e.dram.whole(t.a), s.a.free());
    Horizon ready = s.a.written;
    isa::Access b;
    if (t.b != kNoTensor) {
      b = on_chip(s.b, dtype(t.b));
      s.b.written = e.load(b, in_dram(t.b), t.b, e.dram.whole(t.b), s.b.free());
      ready.merge(s.b.written);
    }
    Horizon done;
    if (t.has_op) {
      const Horizon summed = combine(e, t, sum, a, b, ready + s.sum.free());
      done = e.emit(Engine::scalar, activation(out, sum, two_steps ? t.act : Activation{}), summed + s.out.free());
      s.sum.written = summed;
      s.sum.used = done;
      s.a.used = s.b.used = summed;
    } else {
      done = e.emit(Engine::scalar, activation(out, a, t.act), ready + s.out.free());
      s.a.used = done;
    }
    done = finish_activation(e, t.act, out, on_chip(s.scratch, dtype(t.y)), done);
    s.out.written = done;
    s.out.used = e.store(in_dram(t.y), out, t.y, e.dram.whole(t.y), done);
    co_yield 0;
  }
  for (const FlatSlots& s : slots)
    for (const Slot* slot : {&s.a, &s.b, &s.sum, &s.out, &s.scratch})
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
        const isa::Access dst = sbuf_access(out.offset, 0, channels, out_type, run);
        isa::Activation a = activation(dst, input.window(in, block, 0, channels, 0, 0, run), t.act);
        if (t.scale >= 0) a.scale = e.param(t.scale + block, channels);
        a.bias = e.param(t.shift < 0 ? -1 : t.shift + block, channels);
        Horizon done = e.emit(Engine::scalar, a, in.slot.written + out.free() + e.residents.ready);
        in.slot.used.merge(done);
        done = finish_activation(e, t.act, dst, sbuf_access(scratch.offset, 0, channels, out_type, run), done);
        out.written = done;
        out.used = e.store(dram_access(e.program, t.y, y.at(image, channel, row, 0), channels, y.plane(), run), dst,
                           t.y, {row, row + rows}, done);
        co_yield 0;
      }
    }
  for (const auto& [out, scratch] : staging) {
    e.sbuf.release(out);
    if (scratch.bytes > 0) e.sbuf.release(scratch);
  }
}

}  // namespace inf::compiler
