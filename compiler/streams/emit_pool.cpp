#include <limits>
#include <optional>

#include "compiler/streams/band.h"
#include "compiler/tiles/conv_plan.h"

// Pooling: the vector engine reduces windows of a bordered band; the window is the two innermost dimensions of the
// access pattern.
namespace inf::compiler {

using arch::Engine;
using numerics::AluOp;

namespace {

BandGeometry pool_band(const Emission& e, const PoolTile& t, const ImageView& x, const ImageView& y) {
  BandGeometry g;
  g.x = t.x;
  g.channels = static_cast<int>(x.c);
  g.rows = static_cast<int>((t.rows - 1) * t.stride[0] + (t.kernel[0] - 1) * t.dilation[0] + 1);
  g.cols = static_cast<int>((y.w - 1) * t.stride[1] + (t.kernel[1] - 1) * t.dilation[1] + 1);
  g.left = static_cast<int>(t.pads.left);
  g.dtype = e.program.tensor(e.program.root(t.x)).dtype;
  g.folds = t.folds;
  g.border = t.kind == Pool::Kind::max ? -std::numeric_limits<float>::infinity() : 0.0f;
  return g;
}

/// Turns sums into averages: one factor, or one per output position where windows overlap the border.
Horizon average(Emission& e, const PoolTile& t, const isa::Access& out, const isa::Access& sums, const Slot& divisors,
                const Horizon& after) {
  if (t.divisors == kNoTensor) {
    isa::Activation a{.dst = out,
                      .src = sums,
                      .function = numerics::ActFn::copy,
                      .scale = isa::ScalarOperand::imm(t.scale),
                      .bias = isa::ScalarOperand::imm(0)};
    return e.emit(Engine::scalar, a, after);
  }
  const isa::Access b = sbuf_access(divisors.offset, 0, out.partitions, DType::fp32, out.free);
  return e.emit(Engine::vector, isa::TensorTensor{.dst = out, .a = sums, .b = b, .op = AluOp::multiply},
                after + divisors.written);
}

}  // namespace

namespace {

/// One pooling: input bands, staging for results and, for averages, for sums.
class PoolEmitter {
 public:
  PoolEmitter(Emission& e, const PoolTile& t)
      : e_(e),
        t_(t),
        x_(e.program, t.x),
        y_(e.program, t.y),
        out_type_(e.program.tensor(e.program.root(t.y)).dtype),
        partitions_(e.chip.sbuf.partitions),
        input_(e, pool_band(e, t, x_, y_), kBandSlots) {}

  Generator run();

 private:
  BandRing::Band& load(int image, int row);
  void load_divisors(int row, int rows);
  Horizon reduce(BandRing::Band& in, const Lanes& lanes, int block, int channels, Slot& out, Slot& sum);
  void store(const Slot& out, int image, int row, int block, int channels, const Horizon& after, Horizon& used);
  int height(int row) const { return std::min(t_.rows * t_.folds, static_cast<int>(y_.h) - row); }

  Emission& e_;
  const PoolTile& t_;
  ImageView x_, y_;
  DType out_type_;
  int partitions_;
  BandRing input_;
  std::vector<Slot> staging_, sums_;
  Slot divisors_;
};

BandRing::Band& PoolEmitter::load(int image, int row) {
  std::vector<BandRing::Rows> folds;
  for (int at = row; at < row + height(row); at += t_.rows) {
    const int rows = std::min(t_.rows, row + height(row) - at);
    folds.push_back({at * static_cast<int>(t_.stride[0]) - static_cast<int>(t_.pads.top),
                     static_cast<int>((rows - 1) * t_.stride[0] + (t_.kernel[0] - 1) * t_.dilation[0] + 1)});
  }
  return input_.load(image, std::move(folds));
}

void PoolEmitter::load_divisors(int row, int rows) {
  const Pattern run = Pattern::row(static_cast<std::uint32_t>(rows * y_.w));
  divisors_.written = e_.load(sbuf_access(divisors_.offset, 0, partitions_, DType::fp32, run),
                              dram_access(e_.program, t_.divisors, row * y_.w, partitions_, 0, run), t_.divisors,
                              e_.dram.whole(t_.divisors), divisors_.free());
}

Horizon PoolEmitter::reduce(BandRing::Band& in, const Lanes& lanes, int block, int channels, Slot& out, Slot& sum) {
  const BandGeometry& g = input_.geometry();
  const int start = input_.fold_start(lanes.fold), used = lanes.folds > 1 ? lanes.partitions : channels;
  const Pattern run = Pattern::row(static_cast<std::uint32_t>(lanes.rows * y_.w));
  const isa::Access dst = sbuf_access(out.offset, start, used, out_type_, run);
  isa::TensorReduce reduce;
  reduce.src =
      input_.window(in, block, lanes.fold, used, 0, 0,
                    {{Dim{static_cast<std::int32_t>(t_.stride[0] * g.cols), static_cast<std::uint32_t>(lanes.rows)},
                      Dim{static_cast<std::int32_t>(t_.stride[1]), static_cast<std::uint32_t>(y_.w)},
                      Dim{static_cast<std::int32_t>(t_.dilation[0] * g.cols), static_cast<std::uint32_t>(t_.kernel[0])},
                      Dim{static_cast<std::int32_t>(t_.dilation[1]), static_cast<std::uint32_t>(t_.kernel[1])}}});
  const bool averaging = t_.kind == Pool::Kind::average;
  reduce.op = averaging ? AluOp::add : AluOp::max;
  reduce.axes = 2;
  reduce.dst = averaging ? sbuf_access(sum.offset, start, used, DType::fp32, run) : dst;
  const Horizon reduced = e_.emit(Engine::vector, reduce, in.slot.written + (averaging ? sum.free() : out.used));
  in.slot.used.merge(reduced);
  if (!averaging) return reduced;
  const Horizon done = average(e_, t_, dst, reduce.dst, divisors_, reduced + out.used);
  divisors_.used.merge(done);
  return done;
}

void PoolEmitter::store(const Slot& out, int image, int row, int block, int channels, const Horizon& after,
                        Horizon& used) {
  const int end = row + height(row), channel = block * partitions_;
  for (int fold = 0, at = row; at < end; ++fold, at += t_.rows) {
    const int rows = std::min(t_.rows, end - at);
    const Pattern run = Pattern::row(static_cast<std::uint32_t>(rows * y_.w));
    used.merge(e_.store(dram_access(e_.program, t_.y, y_.at(image, channel, at, 0), channels, y_.plane(), run),
                        sbuf_access(out.offset, input_.fold_start(fold), channels, out_type_, run), t_.y,
                        {at, at + rows}, after));
  }
}

Generator PoolEmitter::run() {
  const bool averaging = t_.kind == Pool::Kind::average;
  for (int i = 0; i < kBandSlots; ++i) {
    staging_.push_back(e_.sbuf.allocate(t_.rows * y_.w * size_of(out_type_)));
    if (averaging) sums_.push_back(e_.sbuf.allocate(t_.rows * y_.w * 4));
  }
  if (t_.divisors != kNoTensor) divisors_ = e_.sbuf.allocate(t_.rows * y_.w * 4);
  Slot none;
  std::size_t next = 0;
  for (int image = 0; image < x_.n; ++image)
    for (int row = 0; row < y_.h; row += t_.rows * t_.folds) {
      BandRing::Band& in = load(image, row);
      if (t_.divisors != kNoTensor) load_divisors(row, height(row));
      for (int block = 0; block < input_.geometry().blocks(partitions_); ++block) {
        const int channels = t_.folds > 1 ? static_cast<int>(x_.c) : input_.partitions(block);
        Slot &out = staging_[next % staging_.size()], &sum = averaging ? sums_[next % sums_.size()] : none;
        ++next;
        out.used = out.free();
        out.written = {};
        for (const Lanes& lanes : lanes_of(t_.folds, channels, t_.rows, height(row)))
          out.written.merge(reduce(in, lanes, block, channels, out, sum));
        sum.used = out.written;
        Horizon stored;
        store(out, image, row, block, channels, out.written, stored);
        out.used = stored;
        co_yield 0;
      }
    }
  for (const Slot& s : staging_) e_.sbuf.release(s);
  for (const Slot& s : sums_) e_.sbuf.release(s);
  if (divisors_.bytes > 0) e_.sbuf.release(divisors_);
}

}  // namespace

Generator emit_pool(Emission& e, const PoolTile& t) { return drive<PoolEmitter>(e, t); }

}  // namespace inf::compiler
