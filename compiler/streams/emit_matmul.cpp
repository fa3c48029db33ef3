#include <algorithm>

#include "compiler/streams/emission.h"
#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/matmul_plan.h"

// Matrix product: b is stationary with n on the array's columns, rows of a are the moving free dimension. Contraction
// index k = partition * run + j for the first partitions * run of them, so that each partition loads neighbouring
// elements; the rest is one more block.
namespace inf::compiler {

using arch::Engine;

namespace {

class MatMulEmitter {
 public:
  MatMulEmitter(Emission& e, const MatMulTile& t)
      : e_(e),
        t_(t),
        dtype_(e.program.compute),
        size_(size_of(dtype_)),
        p_(std::min<std::int64_t>(e.chip.tensor.rows, t.k)),
        rest_(t.k - p_ * t.run),
        blocks_(t.run + (rest_ > 0 ? 1 : 0)),
        y_type_(e.program.tensor(e.program.root(t.y)).dtype) {}

  Generator run();

 private:
  void load_a(std::int64_t batch, std::int64_t row, int rows);
  void load_b(std::int64_t batch, std::int64_t first, int count);
  void compute(std::int64_t batch, std::int64_t row, int rows, std::int64_t first, int count);

  Emission& e_;
  const MatMulTile& t_;
  DType dtype_;
  int size_;
  std::int64_t p_, rest_;
  int blocks_;
  DType y_type_;
  std::vector<Slot> a_, b_, out_, scratch_;
  std::size_t at_a_ = 0, at_b_ = 0, at_out_ = 0;
  int row_tile_ = 0;
};

void MatMulEmitter::load_a(std::int64_t batch, std::int64_t row, int rows) {
  at_a_ = (at_a_ + 1) % a_.size();
  Slot& s = a_[at_a_];
  const auto r = static_cast<std::uint32_t>(rows), j = static_cast<std::uint32_t>(t_.run);
  const std::int64_t start = batch * t_.a_batch + row * t_.a_row;
  const auto row_step = static_cast<std::int32_t>(t_.a_row);
  const Horizon after = s.free();
  s.written = e_.load(sbuf_access(s.offset, 0, static_cast<int>(p_), dtype_, Pattern::grid({t_.run, r}, {1, j})),
                      dram_access(e_.program, t_.a, start, static_cast<int>(p_), t_.run * t_.a_k,
                                  Pattern::grid({row_step, r}, {static_cast<std::int32_t>(t_.a_k), j})),
                      t_.a, e_.dram.whole(t_.a), after);
  if (rest_ > 0)
    s.written.merge(e_.load(sbuf_access(s.offset + std::int64_t{row_tile_} * t_.run * size_, 0, static_cast<int>(rest_),
                                        dtype_, Pattern::row(r)),
                            dram_access(e_.program, t_.a, start + p_ * t_.run * t_.a_k, static_cast<int>(rest_), t_.a_k,
                                        Pattern::row(r, row_step)),
                            t_.a, e_.dram.whole(t_.a), after));
  s.used = {};
}

void MatMulEmitter::load_b(std::int64_t batch, std::int64_t first, int count) {
  at_b_ = (at_b_ + 1) % b_.size();
  Slot& s = b_[at_b_];
  const auto n = static_cast<std::uint32_t>(count);
  const Horizon after = s.free();
  if (t_.constant_b) {
    const Pattern run = Pattern::row(n * static_cast<std::uint32_t>(blocks_));
    s.written = e_.load(
        sbuf_access(s.offset, 0, static_cast<int>(p_), dtype_, run),
        dram_access(e_.program, t_.b, first * blocks_ * p_, static_cast<int>(p_), std::int64_t{blocks_} * count, run),
        t_.b, e_.dram.whole(t_.b), after);
  } else {
    const std::int64_t start = batch * t_.b_batch + first * t_.b_n;
    const auto k_step = static_cast<std::int32_t>(t_.b_k), n_step = static_cast<std::int32_t>(t_.b_n);
    s.written = e_.load(
        sbuf_access(s.offset, 0, static_cast<int>(p_), dtype_, Pattern::row(n * static_cast<std::uint32_t>(t_.run))),
        dram_access(e_.program, t_.b, start, static_cast<int>(p_), t_.run * t_.b_k,
                    Pattern::grid({k_step, static_cast<std::uint32_t>(t_.run)}, {n_step, n})),
        t_.b, e_.dram.whole(t_.b), after);
    if (rest_ > 0)
      s.written.merge(e_.load(sbuf_access(s.offset + std::int64_t{t_.run} * count * size_, 0, static_cast<int>(rest_),
                                          dtype_, Pattern::row(n)),
                              dram_access(e_.program, t_.b, start + p_ * t_.run * t_.b_k, static_cast<int>(rest_),
                                          t_.b_k, Pattern::row(n, n_step)),
                              t_.b, e_.dram.whole(t_.b), after));
  }
  s.used = {};
}

void MatMulEmitter::compute(std::int64_t batch, std::int64_t row, int rows, std::int64_t first, int count) {
  Slot &a = a_[at_a_], &b = b_[at_b_];
  const auto r = static_cast<std::uint32_t>(rows);
  for (int col = 0; col < count; col += e_.chip.tensor.columns) {
    const int outputs = std::min(e_.chip.tensor.columns, count - col), bank = e_.psum.take();
    Horizon done;
    for (int block = 0; block < blocks_; ++block) {
      const bool tail = block == t_.run;
      const int k = static_cast<int>(tail ? rest_ : p_);
      const std::int64_t stationary = b.offset + (std::int64_t{block} * count + col) * size_;
      e_.emit(
          Engine::tensor,
          isa::LoadStationary{sbuf_access(stationary, 0, k, dtype_, Pattern::row(static_cast<std::uint32_t>(outputs)))},
          b.written);
      const std::int64_t moving = a.offset + (tail ? std::int64_t{row_tile_} * t_.run : block) * size_;
      isa::Matmul mm{.dst = psum_access(e_.chip, bank, outputs, Pattern::row(r)),
                     .moving = sbuf_access(moving, 0, k, dtype_, Pattern::row(r, tail ? 1 : t_.run))};
      mm.accumulate = block > 0;
      done = e_.emit(Engine::tensor, mm, a.written + (block == 0 ? e_.psum.free(bank) : Horizon{}));
    }
    a.used.merge(done);
    b.used.merge(done);
    at_out_ = (at_out_ + 1) % out_.size();
    Slot& out = out_[at_out_];
    const FirstStep step = first_step(t_.act);
    const isa::Access dst = sbuf_access(out.offset, 0, outputs, y_type_, Pattern::row(r));
    isa::Activation evict{.dst = dst,
                          .src = psum_access(e_.chip, bank, outputs, Pattern::row(r)),
                          .function = step.function,
                          .scale = isa::ScalarOperand::imm(step.scale * t_.alpha)};
    evict.bias =
        e_.param(t_.bias < 0 ? -1 : t_.bias + static_cast<int>((first + col) / e_.chip.tensor.columns), outputs);
    evict.alpha = step.alpha;
    Horizon ready = e_.emit(Engine::scalar, evict, done + out.free() + e_.residents.ready);
    e_.psum.free(bank) = ready;
    isa::Access scratch = dst;
    if (!scratch_.empty()) scratch.offset = scratch_[at_out_].offset;
    ready = finish_activation(e_, t_.act, dst, scratch, ready);
    out.written = ready;
    const std::int64_t y = (batch * t_.rows + row) * t_.n + first + col;
    out.used = e_.store(dram_access(e_.program, t_.y, y, outputs, 1, Pattern::row(r, static_cast<std::int32_t>(t_.n))),
                        dst, t_.y, e_.dram.whole(t_.y), ready);
  }
}

Generator MatMulEmitter::run() {
  row_tile_ = matmul_row_tile(t_, e_.chip, size_);
  for (int i = 0; i < kBandSlots; ++i) {
    a_.push_back(e_.sbuf.allocate(std::int64_t{row_tile_} * blocks_ * size_));
    b_.push_back(e_.sbuf.allocate(std::int64_t{t_.chunk} * blocks_ * size_));
    out_.push_back(e_.sbuf.allocate(std::int64_t{row_tile_} * size_of(y_type_)));
    if (needs_scratch(t_.act)) scratch_.push_back(e_.sbuf.allocate(std::int64_t{row_tile_} * size_of(y_type_)));
  }
  const bool keep_b = t_.chunk >= t_.n && t_.b_batch == 0;
  for (std::int64_t batch = 0; batch < t_.batch; ++batch)
    for (std::int64_t row = 0; row < t_.rows; row += row_tile_) {
      const int rows = static_cast<int>(std::min<std::int64_t>(row_tile_, t_.rows - row));
      load_a(batch, row, rows);
      for (std::int64_t first = 0; first < t_.n; first += t_.chunk) {
        const int count = static_cast<int>(std::min<std::int64_t>(t_.chunk, t_.n - first));
        if (!keep_b || (batch == 0 && row == 0)) load_b(batch, first, count);
        compute(batch, row, rows, first, count);
        co_yield 0;
      }
    }
  for (auto* slots : {&a_, &b_, &out_, &scratch_})
    for (const Slot& s : *slots) e_.sbuf.release(s);
}

}  // namespace

Generator emit_matmul(Emission& e, const MatMulTile& t) { return drive<MatMulEmitter>(e, t); }

}  // namespace inf::compiler
