#include "compiler/streams/contraction.h"
#include "compiler/streams/plan_sbuf.h"
#include "compiler/tiles/conv_plan.h"

// Matrix products on matrices in SBUF. To tokens: rows of x are stationary and the weights move, so that a result has
// its rows on partitions. To features: the weights are stationary and rows move.
namespace inf::compiler {

using arch::Engine;
using isa::ScalarOperand;

namespace {

constexpr std::int64_t kFewestRows = 64;  ///< what a product of any fewer rows costs as well. Source: fact sheet 3.3

/// Rows of features that one product makes: as many as a bank holds, fewer where pieces on their way from or to device
/// memory would fill SBUF.
std::int64_t rows_at_once(const Emission& e, const LinearTile& t) {
  const Matrix &x = e.program.matrix(t.x), &y = e.program.matrix(t.y);
  const int all = e.chip.sbuf.partitions;
  std::int64_t run = std::min<std::int64_t>(
      MatrixClocks::kRowRun, std::min<std::int64_t>(e.chip.tensor.max_moving, e.chip.psum.bank_bytes / 4));
  const std::int64_t staged = (x.spill != kNoTensor ? x.blocks(all) : 0) + (y.spill != kNoTensor ? y.blocks(all) : 0);
  const std::int64_t room = (sbuf_end(e.program, e.chip) - e.program.weight_ring) / 2;
  while (run > kFewestRows && 2 * staged * run * size_of(e.program.compute) > room) run /= 2;
  return run;
}

class LinearEmitter {
 public:
  LinearEmitter(Emission& e, const LinearTile& t);
  ~LinearEmitter();
  Generator run();

 private:
  /// Weights of the column blocks [first, first + count): streamed in, or where they stay.
  struct Chunk {
    std::int64_t first = 0, count = 0;
    std::vector<Slot> slots;
  };
  std::int64_t column_blocks() const { return (y_m_.slots() + t_.column_block - 1) / t_.column_block; }
  std::int64_t columns_of(std::int64_t block) const {
    return std::min(t_.column_block, y_m_.slots() - block * t_.column_block);
  }
  /// The slots of y behind those that the chunk makes.
  std::int64_t end_of(const Chunk& chunk) const {
    return std::min((chunk.first + chunk.count) * t_.column_block, y_m_.slots());
  }
  int contraction(std::int64_t block) const { return x_m_.partitions_of(block, all_); }
  Chunk load(std::int64_t first);
  void release(Chunk& chunk);
  isa::Access weights(const Chunk& chunk, std::int64_t block, std::int64_t k_block) const;
  Horizon weights_ready(const Chunk& chunk, std::int64_t block, std::int64_t k_block) const;
  void weights_used(Chunk& chunk, std::int64_t block, const Horizon& until);
  void load_bias();
  Horizon add_bias(const isa::Access& psum, std::int64_t column_block, int rows, const Horizon& done);
  void tokens_block(Chunk& chunk, std::int64_t block);
  void features_rows(Chunk& chunk, std::int64_t row, std::int64_t rows);
  Horizon finish_tokens(const isa::Access& dst, const isa::Access& psum, const Piece* residual, std::int64_t first,
                        const Horizon& done);

  Emission& e_;
  const LinearTile& t_;
  const int all_;
  const std::int64_t row_run_;
  MatrixReader x_;
  MatrixWriter y_;
  std::unique_ptr<MatrixReader> w_, residual_;
  const Matrix &x_m_, &y_m_;
  const std::vector<WeightLoad> loads_;  ///< one per column block
  Slot bias_, ones_, scratch_;
  std::int64_t terms_ = 0;
};

LinearEmitter::LinearEmitter(Emission& e, const LinearTile& t)
    : e_(e),
      t_(t),
      all_(e.chip.sbuf.partitions),
      row_run_(rows_at_once(e, t)),
      x_(e, t.x, std::max(row_run_, (e.chip.sbuf.partitions - 1) * t.order.step + 1)),
      y_(e, t.y, row_run_),
      x_m_(x_.matrix()),
      y_m_(y_.matrix()),
      loads_(weight_loads(e.program, e.op, t, e.chip)) {
  if (t.w != kNoMatrix) w_ = std::make_unique<MatrixReader>(e, t.w, e.program.matrix(t.w).rows);
  if (t.residual != kNoMatrix) residual_ = std::make_unique<MatrixReader>(e, t.residual);
  if (needs_scratch(t.act)) scratch_ = e.sbuf.allocate(std::max(t.column_block, row_run_) * size_of(y_m_.dtype));
  if (t.bias != kNoTensor) load_bias();
}

LinearEmitter::~LinearEmitter() {
  if (scratch_.bytes > 0) e_.sbuf.release(scratch_);
  if (bias_.bytes > 0) e_.sbuf.release(bias_), e_.sbuf.release(ones_);
}

/// The bias is one more contraction: ones times its terms.
void LinearEmitter::load_bias() {
  const TileTensor& b = e_.program.tensor(t_.bias);
  terms_ = b.shape[0];
  const int size = size_of(b.dtype), terms = static_cast<int>(terms_);
  bias_ = e_.sbuf.allocate(b.shape[1] * size);
  ones_ = e_.sbuf.allocate(std::int64_t{e_.chip.tensor.columns} * size);
  const Pattern row = Pattern::row(u32(b.shape[1]));
  bias_.written = e_.load_aside(sbuf_access(bias_.offset, 0, terms, b.dtype, row),
                                dram_access(e_.program, t_.bias, 0, terms, b.shape[1], row), t_.bias,
                                e_.dram.whole(t_.bias), bias_.free());
  ones_.written = e_.emit(
      e_.roles.fill,
      isa::Memset{.dst = sbuf_access(ones_.offset, 0, terms, b.dtype, Pattern::row(u32(e_.chip.tensor.columns))),
                  .value = 1},
      ones_.free());
}

Horizon LinearEmitter::add_bias(const isa::Access& psum, std::int64_t column_block, int rows, const Horizon& done) {
  if (terms_ == 0) return done;
  const DType dtype = e_.program.compute;
  const int terms = static_cast<int>(terms_);
  e_.emit(Engine::tensor, isa::LoadStationary{sbuf_access(ones_.offset, 0, terms, dtype, Pattern::row(u32(rows)))},
          ones_.written);
  isa::Matmul mm{.dst = psum,
                 .moving = sbuf_access(bias_.offset + column_block * t_.column_block * size_of(dtype), 0, terms, dtype,
                                       Pattern::row(u32(psum.elements_per_partition())))};
  mm.accumulate = true;
  const Horizon after = e_.emit(Engine::tensor, mm, bias_.written);
  bias_.used.merge(after);
  ones_.used.merge(after);
  return after;
}

LinearEmitter::Chunk LinearEmitter::load(std::int64_t first) {
  Chunk chunk{first, std::min(t_.chunk_blocks, column_blocks() - first), {}};
  for (std::int64_t i = first; !w_ && i < first + chunk.count; ++i)
    chunk.slots.push_back(e_.weights.take(e_, loads_[static_cast<std::size_t>(i)]));
  return chunk;
}

void LinearEmitter::release(Chunk& chunk) {
  for (const Slot& s : chunk.slots) e_.weights.release(e_, s);
  chunk.slots.clear();
}

isa::Access LinearEmitter::weights(const Chunk& chunk, std::int64_t block, std::int64_t k_block) const {
  const Pattern row = Pattern::row(u32(columns_of(block)));
  const int size = size_of(e_.program.compute);
  if (w_) {
    const Matrix& m = w_->matrix();
    return sbuf_access(m.offset + (k_block * m.width() + block * t_.column_block) * size, 0, contraction(k_block),
                       m.dtype, row);
  }
  const Slot& s = chunk.slots[static_cast<std::size_t>(block - chunk.first)];
  return sbuf_access(s.offset + k_block * columns_of(block) * size, 0, contraction(k_block), e_.program.compute, row);
}

Horizon LinearEmitter::weights_ready(const Chunk& chunk, std::int64_t block, std::int64_t k_block) const {
  if (!w_) return chunk.slots[static_cast<std::size_t>(block - chunk.first)].written;
  return e_.matrices.ready(t_.w, k_block, 0, w_->matrix().rows);
}

void LinearEmitter::weights_used(Chunk& chunk, std::int64_t block, const Horizon& until) {
  if (w_)
    e_.matrices.note_read(t_.w, until);
  else
    chunk.slots[static_cast<std::size_t>(block - chunk.first)].used.merge(until);
}

Horizon LinearEmitter::finish_tokens(const isa::Access& dst, const isa::Access& psum, const Piece* residual,
                                     std::int64_t first, const Horizon& done) {
  isa::Access scratch = dst;
  scratch.offset = scratch_.offset;
  if (!residual) return evict(e_, t_.act, dst, psum, t_.alpha, ScalarOperand::imm(0), scratch, done);
  const isa::Access other = residual_->at_tokens(*residual, dst.start_partition, dst.partitions, first, dst.free);
  const bool plain = t_.act.fn == Act::none;
  const isa::Access sum = plain ? dst : psum;  // an activation follows: the sum stays in PSUM until then
  const Horizon ready = done + residual_->ready(*residual, residual->block);
  Horizon added;
  if (t_.alpha == 1) {
    added = e_.emit(Engine::vector, isa::TensorTensor{.dst = sum, .a = psum, .b = other, .op = numerics::AluOp::add},
                    ready);
  } else {
    const isa::ScalarTensorTensor scaled{.dst = sum,
                                         .a = psum,
                                         .op0 = numerics::AluOp::multiply,
                                         .s = ScalarOperand::imm(t_.alpha),
                                         .op1 = numerics::AluOp::add,
                                         .b = other};
    added = e_.emit(Engine::vector, scaled, ready);
  }
  residual_->done(*residual, added);
  return plain ? added : evict(e_, t_.act, dst, psum, 1, ScalarOperand::imm(0), scratch, added);
}

void LinearEmitter::tokens_block(Chunk& chunk, std::int64_t block) {
  const Piece out = y_.tokens(block);
  const int columns = e_.chip.tensor.columns;
  const std::int64_t per = y_m_.blocks_per_sequence(all_);
  std::optional<Piece> residual;
  if (residual_) residual = residual_->tokens(block);
  for (std::int64_t sub = 0; sub < out.rows; sub += columns) {
    const int n = static_cast<int>(std::min<std::int64_t>(columns, out.rows - sub));
    const Piece in = x_.features(t_.order.at(block / per, block % per * all_ + sub), (n - 1) * t_.order.step + 1);
    for (std::int64_t j = chunk.first; j < chunk.first + chunk.count; ++j) {
      const int bank = e_.psum.take();
      const isa::Access psum = psum_access(e_.chip, bank, n, Pattern::row(u32(columns_of(j))));
      Horizon done;
      for (std::int64_t k = 0; k < x_m_.blocks(all_); ++k) {
        const isa::Access rows = x_.at_features(in, k * all_, contraction(k), 0,
                                                Pattern::row(u32(n), static_cast<std::int32_t>(t_.order.step)));
        done = contract(e_, psum, rows, weights(chunk, j, k), k > 0, x_.ready(in, k),
                        weights_ready(chunk, j, k) + (k == 0 ? e_.psum.free(bank) : Horizon{}));
      }
      done = add_bias(psum, j, n, done);
      x_.done(in, done);
      weights_used(chunk, j, done);
      const std::int64_t first = j * t_.column_block;
      isa::Access dst = y_.at_tokens(out, static_cast<int>(sub), n, first, psum.free);
      const Horizon ready = finish_tokens(dst, psum, residual ? &*residual : nullptr, first, done + y_.free(out));
      e_.psum.free(bank) = ready;
      y_.wrote(out, block, ready);
    }
  }
  y_.finish(out, chunk.first * t_.column_block, end_of(chunk));
}

void LinearEmitter::features_rows(Chunk& chunk, std::int64_t row, std::int64_t rows) {
  const Piece in = x_.features(row, rows), out = y_.features(row, rows);
  const Pattern run = Pattern::row(u32(rows));
  for (std::int64_t j = chunk.first; j < chunk.first + chunk.count; ++j) {
    const int bank = e_.psum.take(), count = static_cast<int>(columns_of(j));
    const isa::Access psum = psum_access(e_.chip, bank, count, run);
    Horizon done;
    for (std::int64_t k = 0; k < x_m_.blocks(all_); ++k) {
      done = contract(e_, psum, weights(chunk, j, k), x_.at_features(in, k * all_, contraction(k), 0, run), k > 0,
                      weights_ready(chunk, j, k), x_.ready(in, k) + (k == 0 ? e_.psum.free(bank) : Horizon{}));
    }
    x_.done(in, done);
    weights_used(chunk, j, done);
    const ScalarOperand bias =
        t_.bias_params < 0 ? ScalarOperand::imm(0) : e_.param(t_.bias_params + static_cast<int>(j), count);
    const isa::Access dst = y_.at_features(out, j * t_.column_block, count, 0, run);
    isa::Access scratch = dst;
    scratch.offset = scratch_.offset;
    const Horizon ready =
        evict(e_, t_.act, dst, psum, t_.alpha, bias, scratch, done + y_.free(out) + e_.residents.ready);
    e_.psum.free(bank) = ready;
    y_.wrote(out, j * t_.column_block / all_, ready);
  }
  y_.finish(out, chunk.first * t_.column_block, end_of(chunk));
}

Generator LinearEmitter::run() {
  for (std::int64_t first = 0; first < column_blocks(); first += t_.chunk_blocks) {
    Chunk chunk = load(first);
    if (y_m_.tokens()) {
      for (std::int64_t block = 0; block < y_m_.blocks(all_); ++block) {
        tokens_block(chunk, block);
        co_yield 0;
      }
    } else {
      for (std::int64_t row = 0; row < y_m_.rows; row += row_run_) {
        features_rows(chunk, row, std::min(row_run_, y_m_.rows - row));
        co_yield 0;
      }
    }
    release(chunk);
  }
}

}  // namespace

Generator emit_linear(Emission& e, const LinearTile& t) { return drive<LinearEmitter>(e, t); }

}  // namespace inf::compiler
