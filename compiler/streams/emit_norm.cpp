#include "compiler/streams/broadcast_row.h"
#include "compiler/streams/contraction.h"
#include "compiler/tiles/conv_plan.h"

// Layer norm over the columns of tokens: statistics by the batch-norm instructions, one pass to normalise, and the
// turn to features on the way out where products follow.
namespace inf::compiler {

using arch::Engine;
using isa::ScalarOperand;
using numerics::AluOp;

namespace {

constexpr std::int64_t kStatsRun = 512;  ///< most elements of one bn_stats. Source: fact sheet 4.4

class NormEmitter {
 public:
  NormEmitter(Emission& e, const NormTile& t);
  ~NormEmitter();
  Generator run();

 private:
  /// Columns of one row's statistics: mean, variance, 1 / deviation.
  isa::Access column(int i, int rows) const {
    return sbuf_access(stats_[at_].offset + i * 4, 0, rows, DType::fp32, Pattern::row(1));
  }
  Horizon statistics(const isa::Access& x, const Horizon& after);
  Horizon normalise(const isa::Access& dst, const isa::Access& x, const Horizon& after);
  Horizon to_tokens(const isa::Access& dst, const isa::Access& x, const Horizon& after);
  Horizon to_features(const isa::Access& z, std::int64_t first_row, const Horizon& after, bool scaled);

  Emission& e_;
  const NormTile& t_;
  MatrixReader x_;
  std::unique_ptr<MatrixWriter> tokens_, features_;
  BroadcastRow scale_, shift_;
  std::vector<Slot> stats_, wide_, z_;
  std::size_t at_ = 0;
  std::int64_t runs_ = 1;
};

NormEmitter::NormEmitter(Emission& e, const NormTile& t)
    : e_(e), t_(t), x_(e, t.x), scale_(e, t.scale, x_.matrix().rows), shift_(e, t.shift, x_.matrix().rows) {
  if (t.y_tokens != kNoMatrix) tokens_ = std::make_unique<MatrixWriter>(e, t.y_tokens);
  if (t.y_features != kNoMatrix) features_ = std::make_unique<MatrixWriter>(e, t.y_features, e.chip.sbuf.partitions);
  const std::int64_t cols = x_.matrix().cols;
  runs_ = (cols + kStatsRun - 1) / kStatsRun;
  for (int i = 0; i < kBandSlots; ++i) {
    stats_.push_back(e.sbuf.allocate(12 + runs_ * 24));
    wide_.push_back(e.sbuf.allocate(cols * 4));
    z_.push_back(e.sbuf.allocate(cols * size_of(e.program.compute)));
  }
}

NormEmitter::~NormEmitter() {
  for (auto* slots : {&stats_, &wide_, &z_})
    for (const Slot& s : *slots) e_.sbuf.release(s);
}

Horizon NormEmitter::statistics(const isa::Access& x, const Horizon& after) {
  const int n = x.partitions;
  const std::int64_t cols = x_.matrix().cols;
  Horizon done;
  for (std::int64_t run = 0; run < runs_; ++run) {
    const std::int64_t first = run * cols / runs_, last = (run + 1) * cols / runs_;
    isa::Access part = x;
    part.offset += first * size_of(x.dtype);
    part.free = Pattern::row(u32(last - first));
    const isa::Access six = sbuf_access(stats_[at_].offset + 12 + run * 24, 0, n, DType::fp32, Pattern::row(6));
    done.merge(e_.emit(Engine::vector, isa::BnStats{.dst = six, .src = part}, after));
  }
  isa::Access both = column(0, n),
              all = sbuf_access(stats_[at_].offset + 12, 0, n, DType::fp32, Pattern::row(u32(runs_ * 6)));
  both.free = Pattern::row(2);
  done = e_.emit(Engine::vector, isa::BnAggr{.dst = both, .src = all}, done);
  if (!t_.center) {  // mean of squares = mean^2 + variance, around 0
    isa::ScalarTensorTensor square{.dst = column(1, n),
                                   .a = column(0, n),
                                   .op0 = AluOp::multiply,
                                   .s = ScalarOperand::vector(column(0, n)),
                                   .op1 = AluOp::add,
                                   .b = column(1, n)};
    done = e_.emit(Engine::vector, square, done);
  }
  isa::TensorScalar inverse{.dst = column(2, n),
                            .src = column(1, n),
                            .op0 = AluOp::add,
                            .s0 = ScalarOperand::imm(t_.epsilon),
                            .op1 = AluOp::rsqrt,
                            .s1 = ScalarOperand::imm(0)};
  return e_.emit(Engine::vector, inverse, done);
}

Horizon NormEmitter::normalise(const isa::Access& dst, const isa::Access& x, const Horizon& after) {
  const int n = x.partitions;
  isa::TensorScalar z{.dst = dst, .src = x};
  z.op0 = AluOp::subtract;
  z.s0 = t_.center ? ScalarOperand::vector(column(0, n)) : ScalarOperand::imm(0);
  z.op1 = AluOp::multiply;
  z.s1 = ScalarOperand::vector(column(2, n));
  return e_.emit(Engine::vector, z, after);
}

Horizon NormEmitter::to_tokens(const isa::Access& dst, const isa::Access& x, const Horizon& after) {
  const int n = x.partitions;
  if (!scale_ && !shift_) return normalise(dst, x, after);
  isa::Access wide = sbuf_access(wide_[at_].offset, 0, n, DType::fp32, x.free);
  const Horizon free = after + wide_[at_].free();
  if (!scale_) {
    const Horizon z = normalise(wide, x, free);
    const Horizon done =
        e_.emit(Engine::vector, isa::TensorTensor{.dst = dst, .a = wide, .b = shift_.at(n, x.free), .op = AluOp::add},
                z + shift_.ready());
    shift_.used(done), wide_[at_].used.merge(done);
    return done;
  }
  isa::ScalarTensorTensor centred{.dst = wide,
                                  .a = x,
                                  .op0 = AluOp::subtract,
                                  .s = t_.center ? ScalarOperand::vector(column(0, n)) : ScalarOperand::imm(0),
                                  .op1 = AluOp::multiply,
                                  .b = scale_.at(n, x.free)};
  Horizon done = e_.emit(Engine::vector, centred, free + scale_.ready());
  scale_.used(done);
  if (shift_) {
    isa::ScalarTensorTensor shifted{.dst = dst,
                                    .a = wide,
                                    .op0 = AluOp::multiply,
                                    .s = ScalarOperand::vector(column(2, n)),
                                    .op1 = AluOp::add,
                                    .b = shift_.at(n, x.free)};
    done = e_.emit(Engine::vector, shifted, done + shift_.ready());
    shift_.used(done);
  } else {
    isa::TensorScalar last{.dst = dst,
                           .src = wide,
                           .op0 = AluOp::multiply,
                           .s0 = ScalarOperand::vector(column(2, n)),
                           .op1 = AluOp::bypass,
                           .s1 = ScalarOperand::imm(0)};
    done = e_.emit(Engine::vector, last, done);
  }
  wide_[at_].used.merge(done);
  return done;
}

/// Turns z, and scales and shifts each feature on its way out unless that is done.
Horizon NormEmitter::to_features(const isa::Access& z, std::int64_t first_row, const Horizon& after, bool scaled) {
  const int n = z.partitions, columns = e_.chip.tensor.columns;
  const Matrix& m = features_->matrix();
  const Piece out = features_->features(first_row, n);
  Horizon used;
  for (std::int64_t slot = 0; slot < m.slots(); slot += columns) {
    const int count = static_cast<int>(std::min<std::int64_t>(columns, m.slots() - slot)), bank = e_.psum.take();
    isa::Access src = z;
    src.offset += slot * size_of(z.dtype);
    src.free = Pattern::row(u32(count));
    const isa::Access psum = psum_access(e_.chip, bank, count, Pattern::row(u32(n)));
    const Horizon turned = transpose(e_, psum, src, after + e_.psum.free(bank));
    used.merge(turned);
    const isa::Access dst = features_->at_features(out, slot, count, 0, psum.free);
    const int block = static_cast<int>(slot / columns);
    Horizon done = turned + features_->free(out) + e_.residents.ready;
    if (scaled || (t_.scale_params < 0 && t_.shift_params < 0)) {
      done = evict(e_, {}, dst, psum, 1, ScalarOperand::imm(0), dst, done);
    } else {
      isa::Activation move{.dst = dst, .src = psum, .function = numerics::ActFn::copy};
      move.scale = t_.scale_params < 0 ? ScalarOperand::imm(1) : e_.param(t_.scale_params + block, count);
      move.bias = t_.shift_params < 0 ? ScalarOperand::imm(0) : e_.param(t_.shift_params + block, count);
      done = e_.emit(Engine::scalar, move, done);
    }
    e_.psum.free(bank) = done;
    features_->wrote(out, slot / e_.chip.sbuf.partitions, done);
  }
  features_->finish(out);
  return used;
}

Generator NormEmitter::run() {
  const int all = e_.chip.sbuf.partitions;
  const Matrix& m = x_.matrix();
  const Pattern run = Pattern::row(u32(m.cols));
  for (std::int64_t block = 0; block < m.blocks(all); ++block) {
    at_ = (at_ + 1) % stats_.size();
    const Piece in = x_.tokens(block);
    const int n = static_cast<int>(in.rows);
    const isa::Access x = x_.at_tokens(in, 0, n, 0, run),
                      z = sbuf_access(z_[at_].offset, 0, n, e_.program.compute, run);
    Horizon done = statistics(x, x_.ready(in, block) + stats_[at_].free()), last;
    if (tokens_) {
      const Piece out = tokens_->tokens(block);
      const isa::Access y = tokens_->at_tokens(out, 0, n, 0, run);
      last = to_tokens(y, x, done + tokens_->free(out));
      tokens_->wrote(out, block, last);
      if (features_) {
        const bool same = y.dtype == e_.program.compute;
        const Horizon cast = same ? last
                                  : e_.emit(Engine::scalar,
                                            isa::Activation{.dst = z,
                                                            .src = y,
                                                            .function = numerics::ActFn::copy,
                                                            .scale = ScalarOperand::imm(1),
                                                            .bias = ScalarOperand::imm(0)},
                                            last + z_[at_].free());
        const Horizon used = to_features(same ? y : z, in.first_row, cast, true);
        z_[at_].used = used;
        tokens_->was_read(out, used);
      }
      tokens_->finish(out);
    } else {
      last = normalise(z, x, done + z_[at_].free());
      z_[at_].used = to_features(z, in.first_row, last, false);
    }
    x_.done(in, last);
    stats_[at_].used = last;
    co_yield 0;
  }
}

class MapEmitter {
 public:
  MapEmitter(Emission& e, const MatrixMapTile& t)
      : e_(e), t_(t), a_(e, t.a), y_(e, t.y), row_(e, t.row, y_.matrix().rows) {
    if (t.b != kNoMatrix) b_ = std::make_unique<MatrixReader>(e, t.b);
    const std::int64_t cols = y_.matrix().cols;
    for (int i = 0; i < kBandSlots; ++i) {
      if (t.has_op) sum_.push_back(e.sbuf.allocate(cols * 4));
      if (needs_scratch(t.act)) scratch_.push_back(e.sbuf.allocate(cols * size_of(y_.matrix().dtype)));
    }
  }
  ~MapEmitter() {
    for (auto* slots : {&sum_, &scratch_})
      for (const Slot& s : *slots) e_.sbuf.release(s);
  }
  Generator run();

 private:
  Horizon combine(const isa::Access& dst, const isa::Access& a, const isa::Access* b, const Horizon& after);

  Emission& e_;
  const MatrixMapTile& t_;
  MatrixReader a_;
  MatrixWriter y_;
  BroadcastRow row_;
  std::unique_ptr<MatrixReader> b_;
  std::vector<Slot> sum_, scratch_;
  std::size_t at_ = 0;
};

AluOp alu(Binary::Op op) {
  switch (op) {
    case Binary::Op::add: return AluOp::add;
    case Binary::Op::sub: return AluOp::subtract;
    case Binary::Op::max: return AluOp::max;
    case Binary::Op::min: return AluOp::min;
    default: return AluOp::multiply;
  }
}

Horizon MapEmitter::combine(const isa::Access& dst, const isa::Access& a, const isa::Access* b, const Horizon& after) {
  Horizon ready = after;
  if (!b) {
    float s = t_.immediate;
    isa::Access src = a;
    if (t_.op == Binary::Op::div && t_.reverse)
      ready = e_.emit(Engine::vector, isa::Reciprocal{.dst = dst, .src = a}, after), src = dst;
    else if (t_.op == Binary::Op::div)
      s = 1 / s;
    isa::TensorScalar ts{.dst = dst,
                         .src = src,
                         .op0 = alu(t_.op),
                         .s0 = ScalarOperand::imm(s),
                         .op1 = AluOp::bypass,
                         .s1 = ScalarOperand::imm(0)};
    ts.reverse0 = t_.reverse;
    return e_.emit(Engine::vector, ts, ready);
  }
  isa::Access first = t_.reverse ? *b : a, second = t_.reverse ? a : *b;
  if (t_.op == Binary::Op::div)
    ready = e_.emit(Engine::vector, isa::Reciprocal{.dst = dst, .src = second}, after), second = dst;
  return e_.emit(Engine::vector, isa::TensorTensor{.dst = dst, .a = first, .b = second, .op = alu(t_.op)}, ready);
}

Generator MapEmitter::run() {
  const int all = e_.chip.sbuf.partitions;
  const Matrix& m = y_.matrix();
  const Pattern run = Pattern::row(u32(m.cols));
  for (std::int64_t block = 0; block < m.blocks(all); ++block) {
    at_ = (at_ + 1) % kBandSlots;
    const Piece in = a_.tokens(block), out = y_.tokens(block);
    const int n = static_cast<int>(in.rows);
    const isa::Access y = y_.at_tokens(out, 0, n, 0, run);
    isa::Access src = a_.at_tokens(in, 0, n, 0, run);
    Horizon ready = a_.ready(in, block);
    const bool acts = t_.act.fn != Act::none || !t_.has_op;
    if (t_.has_op) {
      std::optional<Piece> other;
      isa::Access b;
      if (b_) other = b_->tokens(block), b = b_->at_tokens(*other, 0, n, 0, run), ready.merge(b_->ready(*other, block));
      if (row_) b = row_.at(n, run), ready.merge(row_.ready());
      Slot& sum = sum_[at_];
      const isa::Access dst = acts || t_.op == Binary::Op::div ? sbuf_access(sum.offset, 0, n, DType::fp32, run) : y;
      ready = combine(dst, src, b_ || row_ ? &b : nullptr, ready + sum.free() + y_.free(out));
      a_.done(in, ready);
      if (other) b_->done(*other, ready);
      if (row_) row_.used(ready);
      sum.written = ready;
      src = dst;
    }
    if (acts || (t_.has_op && t_.op == Binary::Op::div)) {
      const FirstStep step = first_step(t_.act);
      isa::Activation move{.dst = y,
                           .src = src,
                           .function = step.function,
                           .scale = ScalarOperand::imm(step.scale),
                           .bias = ScalarOperand::imm(0)};
      move.alpha = step.alpha;
      isa::Access scratch = y;
      if (!scratch_.empty()) scratch.offset = scratch_[at_].offset, ready.merge(scratch_[at_].free());
      ready = e_.emit(Engine::scalar, move, ready + y_.free(out));
      if (t_.has_op)
        sum_[at_].used = ready;
      else
        a_.done(in, ready);
      ready = finish_activation(e_, t_.act, y, scratch, ready);
      if (!scratch_.empty()) scratch_[at_].used = ready;
    }
    y_.wrote(out, block, ready);
    y_.finish(out);
    co_yield 0;
  }
}

}  // namespace

Generator emit_norm(Emission& e, const NormTile& t) { return drive<NormEmitter>(e, t); }
Generator emit_map(Emission& e, const MatrixMapTile& t) { return drive<MapEmitter>(e, t); }

}  // namespace inf::compiler
