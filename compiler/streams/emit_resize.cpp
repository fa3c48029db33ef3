#include "compiler/streams/band.h"
#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/resize_plan.h"

// Separable resize: rows are blended first, then columns. The scalar engine makes the first product of each blend in
// fp32, the vector engine adds the second; only the result is rounded.
namespace inf::compiler {

using arch::Engine;
using numerics::AluOp;

namespace {

/// dst = w0 * a + w1 * b, or a plain product where w1 is 0. `temp` holds the first product.
Horizon blend(Emission& e, const isa::Access& dst, const isa::Access& a, const isa::Access& b, float w0, float w1,
              const isa::Access& temp, const Horizon& after, Horizon& temp_used) {
  isa::Activation product{.dst = w1 == 0 ? dst : temp,
                          .src = a,
                          .function = numerics::ActFn::copy,
                          .scale = isa::ScalarOperand::imm(w0),
                          .bias = isa::ScalarOperand::imm(0)};
  const Horizon first = e.emit(Engine::scalar, product, w1 == 0 ? after : after + temp_used);
  if (w1 == 0) return first;
  isa::ScalarTensorTensor sum{
      .dst = dst, .a = b, .op0 = AluOp::multiply, .s = isa::ScalarOperand::imm(w1), .op1 = AluOp::add, .b = temp};
  return temp_used = e.emit(Engine::vector, sum, first);
}

struct Work {
  Slot rows, temp, out;  ///< fp32 blended rows, fp32 first products, result
};

class ResizeEmitter {
 public:
  ResizeEmitter(Emission& e, const ResizeTile& t)
      : e_(e),
        t_(t),
        x_(e.program, t.x),
        y_(e.program, t.y),
        out_type_(e.program.tensor(e.program.root(t.y)).dtype),
        partitions_(e.chip.sbuf.partitions),
        input_(e, geometry(), kBandSlots) {}

  Generator run();

 private:
  BandGeometry geometry() const;
  int height(int row) const { return std::min(t_.rows * t_.folds, static_cast<int>(y_.h) - row); }
  BandRing::Band& load(int image, int row);
  /// Blends rows, then columns, of the output rows that `lanes` holds.
  void blend_band(BandRing::Band& in, const Lanes& lanes, int block, int channels, int row, Work& w);
  void store(Work& w, int image, int row, int block, int channels);

  Emission& e_;
  const ResizeTile& t_;
  ImageView x_, y_;
  DType out_type_;
  int partitions_;
  BandRing input_;
  std::vector<Work> work_;
};

BandGeometry ResizeEmitter::geometry() const {
  BandGeometry g;
  g.x = t_.x;
  g.channels = static_cast<int>(x_.c);
  g.cols = static_cast<int>(x_.w);
  g.dtype = e_.program.tensor(e_.program.root(t_.x)).dtype;
  g.rows = resize_input_rows(t_, static_cast<int>(y_.h));
  g.folds = t_.folds;
  return g;
}

BandRing::Band& ResizeEmitter::load(int image, int row) {
  std::vector<BandRing::Rows> folds;
  for (int at = row; at < row + height(row); at += t_.rows) {
    const auto [low, high] = resize_source(t_, at, std::min(at + t_.rows, row + height(row)));
    folds.push_back({low, high - low});
  }
  return input_.load(image, std::move(folds));
}

void ResizeEmitter::blend_band(BandRing::Band& in, const Lanes& lanes, int block, int channels, int row, Work& w) {
  const int start = input_.fold_start(lanes.fold), used = lanes.folds > 1 ? lanes.partitions : channels;
  const int first = row + lanes.fold * t_.rows, low = in.folds[static_cast<std::size_t>(lanes.fold)].first;
  const auto n_in = static_cast<std::uint32_t>(x_.w), rows = static_cast<std::uint32_t>(lanes.rows);
  Horizon temp_used = w.temp.free(), rows_done, out_done;
  for (const BlendRun& whole : t_.vertical) {
    const BlendRun r = clip(whole, first, first + lanes.rows);
    if (r.count <= 0) continue;
    const auto n = static_cast<std::uint32_t>(r.count);
    const auto source = [&](int from) {
      return input_.window(in, block, lanes.fold, used, from - low, 0,
                           Pattern::grid({r.src_step * input_.geometry().cols, n}, {1, n_in}));
    };
    const isa::Access dst =
        sbuf_access(w.rows.offset + std::int64_t{r.first - first} * x_.w * 4, start, used, DType::fp32,
                    Pattern::grid({static_cast<std::int32_t>(r.step * x_.w), n}, {1, n_in}));
    const isa::Access temp = sbuf_access(w.temp.offset, start, used, DType::fp32, Pattern::row(n * n_in));
    rows_done.merge(
        blend(e_, dst, source(r.src0), source(r.src1), r.w0, r.w1, temp, in.slot.written + w.rows.free(), temp_used));
  }
  in.slot.used.merge(rows_done);
  for (const BlendRun& r : t_.horizontal) {
    const auto n = static_cast<std::uint32_t>(r.count);
    const auto source = [&](int from) {
      return sbuf_access(w.rows.offset + std::int64_t{from} * 4, start, used, DType::fp32,
                         Pattern::grid({static_cast<std::int32_t>(x_.w), rows}, {r.src_step, n}));
    };
    const isa::Access dst = sbuf_access(w.out.offset + std::int64_t{r.first} * size_of(out_type_), start, used,
                                        out_type_, Pattern::grid({static_cast<std::int32_t>(y_.w), rows}, {r.step, n}));
    const isa::Access temp = sbuf_access(w.temp.offset, start, used, DType::fp32, Pattern::row(n * rows));
    out_done.merge(blend(e_, dst, source(r.src0), source(r.src1), r.w0, r.w1, temp, rows_done + w.out.used, temp_used));
  }
  w.rows.written.merge(rows_done);
  w.rows.used.merge(out_done);
  w.temp.used = temp_used + out_done;
  w.out.written.merge(out_done);
}

void ResizeEmitter::store(Work& w, int image, int row, int block, int channels) {
  const int end = row + height(row), channel = block * partitions_;
  Horizon stored;
  for (int fold = 0, at = row; at < end; ++fold, at += t_.rows) {
    const int rows = std::min(t_.rows, end - at);
    const Pattern run = Pattern::row(static_cast<std::uint32_t>(rows * y_.w));
    stored.merge(e_.store(dram_access(e_.program, t_.y, y_.at(image, channel, at, 0), channels, y_.plane(), run),
                          sbuf_access(w.out.offset, input_.fold_start(fold), channels, out_type_, run), t_.y,
                          {at, at + rows}, w.out.written));
  }
  w.out.used = stored;
}

Generator ResizeEmitter::run() {
  for (int i = 0; i < kBandSlots; ++i)
    work_.push_back({e_.sbuf.allocate(t_.rows * x_.w * 4), e_.sbuf.allocate(t_.rows * y_.w * 4),
                     e_.sbuf.allocate(t_.rows * y_.w * size_of(out_type_))});
  std::size_t next = 0;
  for (int image = 0; image < x_.n; ++image)
    for (int row = 0; row < y_.h; row += t_.rows * t_.folds) {
      BandRing::Band& in = load(image, row);
      for (int block = 0; block < input_.geometry().blocks(partitions_); ++block) {
        const int channels = t_.folds > 1 ? static_cast<int>(x_.c) : input_.partitions(block);
        Work& w = work_[next++ % work_.size()];
        w.out.used = w.out.free();
        w.out.written = {};
        // One instruction serves all folds only where they blend alike: same rows, and sources the same distance from
        // their first row.
        std::vector<Lanes> lanes = lanes_of(t_.folds, channels, t_.rows, height(row));
        if (lanes.front().folds > 1 && !folds_alike(t_, row)) {
          lanes.clear();
          for (int fold = 0; fold < t_.folds; ++fold) lanes.push_back({fold, 1, channels, t_.rows});
        }
        for (const Lanes& l : lanes) blend_band(in, l, block, channels, row, w);
        store(w, image, row, block, channels);
        co_yield 0;
      }
    }
  for (const Work& w : work_)
    for (const Slot* s : {&w.rows, &w.temp, &w.out}) e_.sbuf.release(*s);
}

}  // namespace

Generator emit_resize(Emission& e, const ResizeTile& t) { return drive<ResizeEmitter>(e, t); }

}  // namespace inf::compiler
