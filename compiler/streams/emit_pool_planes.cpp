#include <limits>
#include <optional>

#include "compiler/streams/band.h"
#include "compiler/tiles/conv_plan.h"

// Poolings whose results stay in SBUF, and what else reads planes.
namespace inf::compiler {
namespace {

using arch::Engine;
using numerics::AluOp;

class PlanePoolEmitter {
 public:
  PlanePoolEmitter(Emission& e, const PoolTile& t) : e_(e), t_(t), y_(e.program.plane(t.planes.y.widest())) {}
  Generator run();

 private:
  void load_band(std::int64_t image, std::int64_t row, std::int64_t rows);
  isa::Access windows(std::int64_t block, std::int64_t image, std::int64_t row, std::int64_t rows) const;
  void reduce(std::int64_t block, std::int64_t image, std::int64_t row, std::int64_t rows);
  std::int64_t input_rows(std::int64_t rows) const {
    return (rows - 1) * t_.stride[0] + (t_.kernel[0] - 1) * t_.dilation[0] + 1;
  }

  Emission& e_;
  const PoolTile& t_;
  const Plane& y_;
  std::optional<BandRing> bands_;
  BandRing::Band* band_ = nullptr;
  std::vector<Slot> sums_;
  std::size_t next_sum_ = 0;
};

void PlanePoolEmitter::load_band(std::int64_t image, std::int64_t row, std::int64_t rows) {
  band_ =
      &bands_->load(image, {{static_cast<int>(row * t_.stride[0] - t_.pads.top), static_cast<int>(input_rows(rows))}});
}

isa::Access PlanePoolEmitter::windows(std::int64_t block, std::int64_t image, std::int64_t row,
                                      std::int64_t rows) const {
  const auto step = [](std::int64_t n) { return static_cast<std::int32_t>(n); };
  const auto pattern = [&](std::int64_t pitch) {
    return Pattern{{Dim{step(t_.stride[0] * pitch), u32(rows)}, Dim{step(t_.stride[1]), u32(y_.cols)},
                    Dim{step(t_.dilation[0] * pitch), u32(t_.kernel[0])},
                    Dim{step(t_.dilation[1]), u32(t_.kernel[1])}}};
  };
  const int partitions = y_.partitions_of(block, e_.chip.sbuf.partitions);
  if (bands_)
    return bands_->window(*band_, static_cast<int>(block), 0, partitions, 0, 0, pattern(bands_->geometry().cols));
  const Plane& x = e_.program.plane(t_.planes.x);
  const std::int64_t at =
      x.at(block, first_image(e_, t_.planes.x) + image, row * t_.stride[0] - t_.pads.top, -t_.pads.left);
  return sbuf_access(x.offset + at * size_of(x.dtype), 0, partitions, x.dtype, pattern(x.pitch()));
}

void PlanePoolEmitter::reduce(std::int64_t block, std::int64_t image, std::int64_t row, std::int64_t rows) {
  const PlaneForms& y = t_.planes.y;
  const std::int64_t at = first_image(e_, y.widest()) + image;
  const PlaneWindow out{.block = block,
                        .partitions = y_.partitions_of(block, e_.chip.sbuf.partitions),
                        .image = at,
                        .row = row,
                        .rows = rows,
                        .cols = y_.cols};
  const isa::Access dst = plane_access(y_, out);
  const bool averaging = t_.kind == Pool::Kind::average;
  isa::TensorReduce r;
  r.src = windows(block, image, row, rows);
  r.op = averaging ? AluOp::add : AluOp::max;
  r.axes = 2;
  r.dst = dst;
  Horizon after = e_.planes.writable(y.widest());
  if (bands_) {
    after.merge(band_->slot.written);
  } else {
    const std::int64_t first = row * t_.stride[0] - t_.pads.top;
    after.merge(e_.planes.ready(t_.planes.x, first_image(e_, t_.planes.x) + image, first, first + input_rows(rows)));
  }
  Slot* sum = averaging ? &sums_[next_sum_++ % sums_.size()] : nullptr;
  if (sum) {
    r.dst = sbuf_access(sum->offset, 0, out.partitions, DType::fp32, dense(out));
    after.merge(sum->free());
  }
  Horizon done = e_.emit(Engine::vector, r, after);
  if (bands_)
    band_->slot.used.merge(done);
  else
    e_.planes.note_read(t_.planes.x, done);
  if (sum) {
    const isa::Activation scale{.dst = dst,
                                .src = r.dst,
                                .function = numerics::ActFn::copy,
                                .scale = isa::ScalarOperand::imm(t_.scale),
                                .bias = isa::ScalarOperand::imm(0)};
    done = e_.emit(Engine::scalar, scale, done + e_.planes.writable(y.widest()));
    sum->used = done;
  }
  e_.planes.note_write(y.widest(), at, row, row + rows, done);
  round_operand(e_, y, out, done);
}

Generator PlanePoolEmitter::run() {
  fill_borders(e_, t_.planes.y);
  if (t_.planes.x == kNoPlane) {
    BandGeometry g;
    g.x = t_.x;
    g.channels = static_cast<int>(y_.channels);
    g.rows = static_cast<int>(input_rows(t_.rows));
    g.cols = static_cast<int>((y_.cols - 1) * t_.stride[1] + (t_.kernel[1] - 1) * t_.dilation[1] + 1);
    g.left = static_cast<int>(t_.pads.left);
    g.dtype = e_.program.tensor(e_.program.root(t_.x)).dtype;
    g.border = t_.kind == Pool::Kind::max ? -std::numeric_limits<float>::infinity() : 0.0f;
    bands_.emplace(e_, g, kBandSlots);
  }
  if (t_.kind == Pool::Kind::average)
    for (int i = 0; i < kBandSlots; ++i) sums_.push_back(e_.sbuf.allocate(t_.rows * y_.cols * 4));
  for (std::int64_t image = 0; image < images_of_turn(e_); ++image)
    for (std::int64_t row = 0; row < y_.rows; row += t_.rows) {
      const std::int64_t rows = std::min<std::int64_t>(t_.rows, y_.rows - row);
      if (bands_) load_band(e_.images.first + image, row, rows);
      for (std::int64_t block = 0; block < y_.blocks(e_.chip.sbuf.partitions); ++block) reduce(block, image, row, rows);
      co_yield 0;
    }
  for (const Slot& s : sums_) e_.sbuf.release(s);
}

}  // namespace

Generator emit_pool_on_planes(Emission& e, const PoolTile& t) { return drive<PlanePoolEmitter>(e, t); }

Generator emit_plane_reduce(Emission& e, const PlaneReduceTile& t) {
  const Plane& x = e.program.plane(t.x);
  const int all = e.chip.sbuf.partitions;
  const std::int64_t first = first_image(e, t.x), images = images_of_turn(e), row = e.images.first;
  MatrixWriter y(e, t.y, images);
  const Piece out = y.features(row, images);
  Slot sums = e.sbuf.allocate(x.blocks(all) * images * 4);
  const Pattern run = Pattern::row(u32(images));
  const std::int64_t together = images_together(x, images, x.rows * x.cols);
  Horizon ready;
  for (std::int64_t i = 0; i < images; ++i) ready.merge(e.planes.ready(t.x, first + i, 0, x.rows));
  for (std::int64_t block = 0; block < x.blocks(all); ++block) {
    const int partitions = x.partitions_of(block, all);
    const auto sum_of = [&](std::int64_t image, std::int64_t count) {
      return sbuf_access(sums.offset + (block * images + image) * 4, 0, partitions, DType::fp32,
                         Pattern::row(u32(count)));
    };
    Horizon reduced;
    for (std::int64_t image = 0; image < images; image += together) {
      const std::int64_t count = std::min(together, images - image);
      isa::TensorReduce reduce;
      reduce.src = plane_access(x, {.block = block,
                                    .partitions = partitions,
                                    .image = first + image,
                                    .images = count,
                                    .rows = x.rows,
                                    .cols = x.cols});
      reduce.dst = sum_of(image, count);
      reduce.op = t.max ? AluOp::max : AluOp::add;
      reduce.axes = 2;
      reduced.merge(e.emit(Engine::vector, reduce, ready + sums.free()));
    }
    e.planes.note_read(t.x, reduced);
    const isa::Activation scale{.dst = y.at_features(out, block * all, partitions, 0, run),
                                .src = sum_of(0, images),
                                .function = numerics::ActFn::copy,
                                .scale = isa::ScalarOperand::imm(t.scale),
                                .bias = isa::ScalarOperand::imm(0)};
    const Horizon done = e.emit(Engine::scalar, scale, reduced + y.free(out));
    sums.used.merge(done);
    y.wrote(out, block, done);
  }
  y.finish(out);
  e.sbuf.release(sums);
  co_yield 0;
}

Generator emit_plane_store(Emission& e, const PlaneStoreTile& t) {
  const Plane& x = e.program.plane(t.x);
  const ImageView y(e.program, t.y);
  const int all = e.chip.sbuf.partitions;
  const std::int64_t first = first_image(e, t.x);
  const Horizon free = e.dram.writable(t.y, e.dram.whole(t.y));
  for (std::int64_t i = 0; i < images_of_turn(e); ++i) {
    for (std::int64_t block = 0; block < x.blocks(all); ++block) {
      const int partitions = x.partitions_of(block, all);
      const isa::Access src = plane_access(
          x, {.block = block, .partitions = partitions, .image = first + i, .rows = x.rows, .cols = x.cols});
      const isa::Access dst = dram_access(e.program, t.y, y.at(e.images.first + i, block * all, 0, 0), partitions,
                                          y.plane(), Pattern::row(u32(y.plane())));
      e.planes.note_read(t.x, e.store_part(dst, src, t.y, free, e.planes.ready(t.x, first + i, 0, x.rows)));
    }
    co_yield 0;
  }
}

}  // namespace inf::compiler
