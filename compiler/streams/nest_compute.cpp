#include "compiler/streams/nest_compute.h"

// What one tile of an elementwise operator computes, on vector (and scalar for activation functions).
namespace inf::compiler {

using arch::Engine;
using isa::Access;
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
    case Binary::Op::equal: return AluOp::eq;
    case Binary::Op::less: return AluOp::lt;
    case Binary::Op::less_equal: return AluOp::le;
    case Binary::Op::greater: return AluOp::gt;
    case Binary::Op::greater_equal: return AluOp::ge;
    case Binary::Op::logic_and: return AluOp::logical_and;
    case Binary::Op::logic_or: return AluOp::logical_or;
    case Binary::Op::logic_xor: return AluOp::logical_xor;
  }
  return AluOp::bypass;
}

/// Vector instructions of one tile, each after the one before.
class Chain {
 public:
  Chain(Emission& e, const Horizon& after) : e_(e), at_(after) {}

  void copy(const Access& dst, const Access& src) { emit(isa::TensorCopy{.dst = dst, .src = src}); }
  void set(const Access& dst, float value) { emit(isa::Memset{.dst = dst, .value = value}); }
  void tensor(const Access& dst, const Access& a, AluOp op, const Access& b) {
    emit(isa::TensorTensor{.dst = dst, .a = a, .b = b, .op = op});
  }
  /// dst = (src op0 s0) op1 s1; `reverse`: (s0 op0 src) op1 s1
  void scalar(const Access& dst, const Access& src, AluOp op0, float s0, AluOp op1 = AluOp::bypass, float s1 = 0,
              bool reverse = false) {
    isa::TensorScalar t;
    t.dst = dst;
    t.src = src;
    t.op0 = op0;
    t.s0 = ScalarOperand::imm(s0);
    t.op1 = op1;
    t.s1 = ScalarOperand::imm(s1);
    t.reverse0 = reverse;
    emit(t);
  }
  void reciprocal(const Access& dst, const Access& src) { emit(isa::Reciprocal{.dst = dst, .src = src}); }
  /// dst = src where pred is not 0 (is 0 when reversed)
  void select(const Access& dst, const Access& src, const Access& pred, bool reverse) {
    isa::TensorCopyPredicated t;
    t.dst = dst;
    t.src = src;
    t.pred = pred;
    t.reverse = reverse;
    emit(t);
  }
  const Horizon& at() const { return at_; }

 private:
  void emit(isa::Operation op) { at_ = e_.emit(Engine::vector, std::move(op), at_); }
  Emission& e_;
  Horizon at_;
};

Access as_type(Access a, DType dtype) {
  a.dtype = dtype;
  return a;
}

void binary(Chain& c, const NestTile& t, const Access& dst, const NestOperands& o) {
  const ScalarOperand &a = o.in[0], &b = o.in[1];
  const bool divides = t.op == Binary::Op::div;
  if (!b.is_access) {
    c.scalar(dst, a.access, alu_of(t.op), divides ? 1 / b.immediate : b.immediate);
  } else if (divides) {
    c.reciprocal(o.buffers[0], b.access);
    if (a.is_access)
      c.tensor(dst, a.access, AluOp::multiply, o.buffers[0]);
    else
      c.scalar(dst, o.buffers[0], AluOp::multiply, a.immediate);
  } else if (!a.is_access) {
    c.scalar(dst, b.access, alu_of(t.op), a.immediate, AluOp::bypass, 0, true);
  } else {
    c.tensor(dst, a.access, alu_of(t.op), b.access);
  }
}

/// The operand that is chosen most cheaply goes to `out` first, the other one over it where the condition says so.
void where(Chain& c, const NestOperands& o) {
  const Access& pred = o.in[0].access;
  const bool first_a = !o.in[1].is_access && o.in[2].is_access;
  const ScalarOperand &below = first_a ? o.in[1] : o.in[2], &above = first_a ? o.in[2] : o.in[1];
  if (below.is_access)
    c.copy(o.out, below.access);
  else
    c.set(o.out, below.immediate);
  Access src = above.access;
  if (!above.is_access || src.dtype != o.out.dtype) {
    // Predicated copies move bits: both sides need one type. The buffer is fp32 sized, so every type fits.
    src = as_type(o.buffers[0], o.out.dtype);
    if (above.is_access)
      c.copy(src, above.access);
    else
      c.set(src, above.immediate);
  }
  c.select(o.out, src, pred, first_a);
}

/// dst = the magnitude of `x` without its fraction: rounded to a whole number, less one where that went up.
void whole_part(Chain& c, const Access& dst, const Access& magnitude, const Access& work) {
  const Access rounded = as_type(work, DType::int32);
  c.copy(rounded, magnitude);
  c.tensor(dst, rounded, AluOp::gt, magnitude);
  c.tensor(dst, rounded, AluOp::subtract, dst);
}

void truncate(Chain& c, const NestOperands& o) {
  const Access &x = o.in[0].access, &magnitude = o.buffers[0], &whole = o.buffers[1], &sign = o.buffers[2];
  c.scalar(magnitude, x, AluOp::abs, 0);
  whole_part(c, whole, magnitude, sign);
  c.scalar(sign, x, AluOp::lt, 0, AluOp::multiply, -2);
  c.scalar(sign, sign, AluOp::add, 1);
  c.tensor(o.out, whole, AluOp::multiply, sign);
}

}  // namespace

Horizon compute_nest(Emission& e, const NestTile& t, const NestOperands& o, const Horizon& after) {
  Chain c(e, after);
  switch (t.kind) {
    case NestTile::Kind::copy:
      if (o.in[0].is_access)
        c.copy(o.out, o.in[0].access);
      else
        c.set(o.out, o.in[0].immediate);
      return c.at();
    case NestTile::Kind::where: where(c, o); return c.at();
    case NestTile::Kind::truncate: truncate(c, o); return c.at();
    case NestTile::Kind::binary: break;
  }
  const bool plain = t.act.fn == Act::none;
  binary(c, t, plain ? o.out : o.buffers[0], o);
  if (plain) return c.at();
  const FirstStep first = first_step(t.act);
  isa::Activation act{.dst = o.out,
                      .src = o.buffers[0],
                      .function = first.function,
                      .scale = ScalarOperand::imm(first.scale),
                      .bias = ScalarOperand::imm(0)};
  act.alpha = first.alpha;
  return finish_activation(e, t.act, o.out, o.scratch, e.emit(Engine::scalar, act, c.at()));
}

}  // namespace inf::compiler
