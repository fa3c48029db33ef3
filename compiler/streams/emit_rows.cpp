#include "compiler/streams/emission.h"
#include "compiler/tiles/conv_plan.h"

// Operators over the last axis of [rows, n]: rows on partitions, n on the free dimension.
namespace inf::compiler {

using arch::Engine;
using isa::ScalarOperand;
using numerics::ActFn;
using numerics::AluOp;

namespace {

struct SoftmaxSlots {
  Slot x, grown, out, column;
};

/// exp(x - max) / sum in fp32; `column` holds the negated maximum, the sum and its reciprocal.
Horizon softmax_rows(Emission& e, const isa::Access& out, const isa::Access& x, const isa::Access& grown,
                     std::int64_t column, const Horizon& after) {
  const auto col = [&](int i) { return sbuf_access(column + i * 4, 0, x.partitions, DType::fp32, Pattern::row(1)); };
  isa::TensorReduce most{.dst = col(0), .src = x, .op = AluOp::max, .axes = 1, .negate = true};
  const Horizon shifted = e.emit(Engine::vector, most, after);
  isa::Activation exp{.dst = grown,
                      .src = x,
                      .function = ActFn::exp,
                      .scale = ScalarOperand::imm(1),
                      .bias = ScalarOperand::vector(col(0))};
  exp.reduce = isa::ReduceCommand::reset_reduce;
  const Horizon powers = e.emit(Engine::scalar, exp, shifted);
  const Horizon sum = e.emit(Engine::scalar, isa::ActivationRead{.dst = col(1)}, powers);
  const Horizon inverse = e.emit(Engine::vector, isa::Reciprocal{.dst = col(2), .src = col(1)}, sum);
  isa::Activation scale{.dst = out,
                        .src = grown,
                        .function = ActFn::copy,
                        .scale = ScalarOperand::vector(col(2)),
                        .bias = ScalarOperand::imm(0)};
  return e.emit(Engine::scalar, scale, inverse + powers);
}

}  // namespace

Generator emit_softmax(Emission& e, const SoftmaxTile& t) {
  const DType in_type = e.program.tensor(e.program.root(t.x)).dtype,
              out_type = e.program.tensor(e.program.root(t.y)).dtype;
  const Pattern run = Pattern::row(static_cast<std::uint32_t>(t.n));
  std::vector<SoftmaxSlots> slots;
  for (int i = 0; i < kBandSlots; ++i)
    slots.push_back({e.sbuf.allocate(t.n * size_of(in_type)), e.sbuf.allocate(t.n * 4),
                     e.sbuf.allocate(t.n * size_of(out_type)), e.sbuf.allocate(12)});
  std::size_t next = 0;
  for (std::int64_t row = 0; row < t.rows; row += e.chip.sbuf.partitions) {
    const int rows = static_cast<int>(std::min<std::int64_t>(e.chip.sbuf.partitions, t.rows - row));
    SoftmaxSlots& s = slots[next++ % slots.size()];
    const isa::Access x = sbuf_access(s.x.offset, 0, rows, in_type, run),
                      out = sbuf_access(s.out.offset, 0, rows, out_type, run);
    s.x.written = e.load(x, dram_access(e.program, t.x, row * t.n, rows, t.n, run), t.x, e.dram.whole(t.x), s.x.free());
    const Horizon free = s.grown.free() + s.out.free() + s.column.free();
    const Horizon done = softmax_rows(e, out, x, sbuf_access(s.grown.offset, 0, rows, DType::fp32, run),
                                      s.column.offset, s.x.written + free);
    s.x.used = s.grown.used = s.column.used = s.out.written = done;
    s.out.used = e.store(dram_access(e.program, t.y, row * t.n, rows, t.n, run), out, t.y, e.dram.whole(t.y), done);
    co_yield 0;
  }
  for (const SoftmaxSlots& s : slots)
    for (const Slot* slot : {&s.x, &s.grown, &s.out, &s.column}) e.sbuf.release(*slot);
}

Generator emit_reduce(Emission& e, const ReduceTile& t) {
  constexpr std::int64_t kPiece = 8192;  // elements of a row reduced at once; their results are reduced again
  const DType in_type = e.program.tensor(e.program.root(t.x)).dtype,
              out_type = e.program.tensor(e.program.root(t.y)).dtype;
  const std::int64_t pieces = (t.n + kPiece - 1) / kPiece;
  const AluOp op = t.op == Reduce::Op::max ? AluOp::max : t.op == Reduce::Op::min ? AluOp::min : AluOp::add;
  std::vector<Slot> data;
  for (int i = 0; i < kBandSlots; ++i) data.push_back(e.sbuf.allocate(std::min(t.n, kPiece) * size_of(in_type)));
  Slot partial = e.sbuf.allocate((pieces + 1) * 4), out = e.sbuf.allocate(size_of(out_type));
  std::size_t next = 0;
  for (std::int64_t row = 0; row < t.rows; row += e.chip.sbuf.partitions) {
    const int rows = static_cast<int>(std::min<std::int64_t>(e.chip.sbuf.partitions, t.rows - row));
    const auto column = [&](std::int64_t i, std::uint32_t n) {
      return sbuf_access(partial.offset + i * 4, 0, rows, DType::fp32, Pattern::row(n));
    };
    Horizon reduced;
    const Horizon free = partial.free();
    for (std::int64_t i = 0; i < pieces; ++i) {
      Slot& slot = data[next++ % data.size()];
      const Pattern run = Pattern::row(static_cast<std::uint32_t>(std::min(kPiece, t.n - i * kPiece)));
      const isa::Access x = sbuf_access(slot.offset, 0, rows, in_type, run);
      slot.written = e.load(x, dram_access(e.program, t.x, row * t.n + i * kPiece, rows, t.n, run), t.x,
                            e.dram.whole(t.x), slot.free());
      slot.used = e.emit(Engine::vector, isa::TensorReduce{.dst = column(i, 1), .src = x, .op = op, .axes = 1},
                         slot.written + free);
      reduced.merge(slot.used);
    }
    const Horizon total =
        e.emit(Engine::vector,
               isa::TensorReduce{
                   .dst = column(pieces, 1), .src = column(0, static_cast<std::uint32_t>(pieces)), .op = op, .axes = 1},
               reduced);
    const float scale = t.op == Reduce::Op::mean ? 1.0f / static_cast<float>(t.n) : 1.0f;
    const isa::Access y = sbuf_access(out.offset, 0, rows, out_type, Pattern::row(1));
    isa::Activation finish{.dst = y,
                           .src = column(pieces, 1),
                           .function = ActFn::copy,
                           .scale = ScalarOperand::imm(scale),
                           .bias = ScalarOperand::imm(0)};
    out.written = e.emit(Engine::scalar, finish, total + out.free());
    partial.used = out.written;
    out.used =
        e.store(dram_access(e.program, t.y, row, rows, 1, Pattern::row(1)), y, t.y, e.dram.whole(t.y), out.written);
    co_yield 0;
  }
  for (const Slot& s : data) e.sbuf.release(s);
  e.sbuf.release(partial);
  e.sbuf.release(out);
}

}  // namespace inf::compiler
