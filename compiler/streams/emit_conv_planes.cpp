#include <optional>

#include "compiler/streams/band.h"
#include "compiler/streams/contraction.h"
#include "compiler/tiles/conv_plan.h"

// A convolution whose result stays in SBUF. Its input is a plane there, or passes in bands; its weights stream chunk by
// chunk. Groups of PSUM tiles accumulate all contraction steps under one stationary load each; the vector engine adds
// the residual in PSUM, and the scalar engine evicts through bias and activation into the planes of the result.
namespace inf::compiler {
namespace {

using arch::Engine;

struct PlaneTile {
  PlaneWindow out;  ///< images counted within the turn
  int bank = 0;
  Horizon done;
};

class PlaneConvEmitter {
 public:
  PlaneConvEmitter(Emission& e, const ConvTile& t)
      : e_(e),
        t_(t),
        phase_(t.phases[0]),
        extent_(band_extent(t)),
        all_(e.chip.sbuf.partitions),
        loads_(weight_loads(e.program, e.op, t, e.chip)) {}
  Generator run();

 private:
  struct Weights {
    Slot slot;
    int first = 0, count = 0;
  };
  void load_band(std::int64_t image, int row);
  std::vector<PlaneTile> tiles(std::int64_t image, std::int64_t images, int row, int rows) const;
  void compute(Weights& w, std::vector<PlaneTile> group);
  void accumulate(Weights& w, int channel, int outputs, std::vector<PlaneTile>& group);
  Horizon ready(const PlaneTile& tile) const;
  isa::Access moving(const KStep& step, const PlaneTile& tile) const;
  void was_read(Weights& w, const Horizon& done);
  void evict(PlaneTile& tile, int channel, int outputs);

  Emission& e_;
  const ConvTile& t_;
  const Phase& phase_;
  BandExtent extent_;
  int all_;
  const std::vector<WeightLoad> loads_;
  std::optional<BandRing> bands_;
  BandRing::Band* band_ = nullptr;
  int band_row_ = 0;  ///< first phase row of the band
};

void PlaneConvEmitter::load_band(std::int64_t image, int row) {
  band_row_ = row;
  band_ = &bands_->load(image, {{first_input_row(t_, row), input_rows(t_, std::min(t_.rows, phase_rows(t_) - row))}});
}

std::vector<PlaneTile> PlaneConvEmitter::tiles(std::int64_t image, std::int64_t images, int row, int rows) const {
  std::vector<PlaneTile> list;
  for (std::int64_t i = image; i < image + images; i += t_.planes.images)
    for (std::int64_t r = row; r < row + rows; r += t_.tile_rows)
      for (std::int64_t c = 0; c < phase_.count[1]; c += t_.tile_cols) {
        PlaneTile tile;
        tile.out.image = i;
        tile.out.images = std::min<std::int64_t>(t_.planes.images, image + images - i);
        tile.out.row = r;
        tile.out.col = c;
        tile.out.rows = std::min<std::int64_t>(t_.tile_rows, row + rows - r);
        tile.out.cols = std::min<std::int64_t>(t_.tile_cols, phase_.count[1] - c);
        list.push_back(tile);
      }
  return list;
}

Generator PlaneConvEmitter::run() {
  fill_borders(e_, t_.planes.y);
  const std::int64_t images = images_of_turn(e_);
  const int rows = phase_rows(t_), group = std::max(1, e_.psum.count() / 2);
  if (t_.planes.x == kNoPlane)
    bands_.emplace(
        e_,
        BandGeometry{
            t_.x, t_.x_channel, t_.x_channels, {{0, 0}}, extent_.rows, extent_.cols, extent_.left, e_.program.compute},
        kBandSlots);
  int first = 0;
  for (const WeightLoad& load : loads_) {
    Weights w{e_.weights.take(e_, load), first, std::min(t_.chunk, t_.y_channels - first)};
    first += w.count;
    const std::int64_t turns = bands_ ? images : 1;  // bands hold one image
    for (std::int64_t i = 0; i < turns; ++i)
      for (int row = 0; row < rows; row += t_.rows) {
        if (bands_) load_band(e_.images.first + i, row);
        const std::vector<PlaneTile> all = tiles(i, bands_ ? 1 : images, row, std::min(t_.rows, rows - row));
        for (std::size_t at = 0; at < all.size(); at += static_cast<std::size_t>(group)) {
          const std::size_t end = std::min(all.size(), at + static_cast<std::size_t>(group));
          compute(w, {all.begin() + static_cast<std::ptrdiff_t>(at), all.begin() + static_cast<std::ptrdiff_t>(end)});
          co_yield 0;
        }
      }
    e_.weights.release(e_, w.slot);
  }
}

void PlaneConvEmitter::compute(Weights& w, std::vector<PlaneTile> group) {
  for (int at = 0; at < w.count; at += t_.planes.width) {
    const int outputs = std::min(t_.planes.width, w.count - at);
    accumulate(w, w.first + at, outputs, group);
    for (PlaneTile& tile : group) evict(tile, w.first + at, outputs);
  }
}

Horizon PlaneConvEmitter::ready(const PlaneTile& tile) const {
  if (bands_) return band_->slot.written;
  const std::int64_t first = tile.out.row * t_.in_step[0] + extent_.low_dy,
                     last = first + input_rows(t_, static_cast<int>(tile.out.rows));
  const std::int64_t image = first_image(e_, t_.planes.x) + tile.out.image;
  Horizon done;
  for (std::int64_t i = 0; i < tile.out.images; ++i) done.merge(e_.planes.ready(t_.planes.x, image + i, first, last));
  return done;
}

isa::Access PlaneConvEmitter::moving(const KStep& step, const PlaneTile& tile) const {
  const std::int64_t row = tile.out.row * t_.in_step[0] + step.dy, col = tile.out.col * t_.in_step[1] + step.dx;
  if (bands_) {
    const int cols = bands_->geometry().cols;
    return bands_->window(*band_, step.block, 0, step.partitions,
                          static_cast<int>(row - band_row_ * t_.in_step[0]) - extent_.low_dy,
                          static_cast<int>(col) + extent_.left,
                          Pattern::grid({static_cast<std::int32_t>(t_.in_step[0]) * cols, u32(tile.out.rows)},
                                        {static_cast<std::int32_t>(t_.in_step[1]), u32(tile.out.cols)}));
  }
  return plane_access(e_.program.plane(t_.planes.x), {.block = step.block,
                                                      .partitions = step.partitions,
                                                      .image = first_image(e_, t_.planes.x) + tile.out.image,
                                                      .images = tile.out.images,
                                                      .row = row,
                                                      .col = col,
                                                      .rows = tile.out.rows,
                                                      .cols = tile.out.cols,
                                                      .row_step = t_.in_step[0],
                                                      .col_step = t_.in_step[1]});
}

void PlaneConvEmitter::was_read(Weights& w, const Horizon& done) {
  w.slot.used.merge(done);
  if (bands_)
    band_->slot.used.merge(done);
  else
    e_.planes.note_read(t_.planes.x, done);
}

void PlaneConvEmitter::accumulate(Weights& w, int channel, int outputs, std::vector<PlaneTile>& group) {
  std::vector<Horizon> ready_at;
  for (PlaneTile& tile : group) {
    tile.bank = e_.psum.take();
    ready_at.push_back(ready(tile) + e_.psum.free(tile.bank));
  }
  for (std::size_t s = 0; s < phase_.steps.size(); ++s) {
    const KStep& step = phase_.steps[s];
    const std::int64_t at = static_cast<std::int64_t>(s) * w.count + (channel - w.first);
    const isa::Access weights = sbuf_access(w.slot.offset + at * size_of(e_.program.compute), 0, step.partitions,
                                            e_.program.compute, Pattern::row(u32(outputs)));
    for (const Pass& pass : contraction_passes(e_.chip, step.partitions)) {
      e_.emit(Engine::tensor, isa::LoadStationary{in_pass(weights, pass)}, w.slot.written);
      for (std::size_t i = 0; i < group.size(); ++i) {
        isa::Matmul mm;
        mm.dst = psum_access(e_.chip, group[i].bank, outputs, dense(group[i].out));
        mm.moving = in_pass(moving(step, group[i]), pass);
        mm.accumulate = s > 0 || pass.first > 0;
        group[i].done = e_.emit(Engine::tensor, mm, s == 0 ? ready_at[i] : Horizon{});
      }
    }
  }
  was_read(w, group.back().done);
}

void PlaneConvEmitter::evict(PlaneTile& tile, int channel, int outputs) {
  const isa::Access psum = psum_access(e_.chip, tile.bank, outputs, dense(tile.out));
  PlaneWindow window = tile.out;
  window.block = channel / all_;
  window.start_partition = channel % all_;
  window.partitions = outputs;
  Horizon done = tile.done;
  const auto in_plane = [&](PlaneId id) {
    PlaneWindow own = window;
    own.image += first_image(e_, id);
    return own;
  };
  const auto each_image = [&](PlaneId id, auto&& act) {
    for (std::int64_t i = 0; i < window.images; ++i) act(first_image(e_, id) + window.image + i);
  };
  if (const PlaneId r = t_.planes.residual; r != kNoPlane) {
    Horizon complete = done;
    each_image(r, [&](std::int64_t image) {
      complete.merge(e_.planes.ready(r, image, window.row, window.row + window.rows));
    });
    const isa::TensorTensor sum{
        .dst = psum, .a = psum, .b = plane_access(e_.program.plane(r), in_plane(r)), .op = numerics::AluOp::add};
    done = e_.emit(Engine::vector, sum, complete);
    e_.planes.note_read(r, done);
  }
  const PlaneForms& y = t_.planes.y;
  const FirstStep first = first_step(t_.act);
  isa::Activation a;
  a.dst = plane_access(e_.program.plane(y.widest()), in_plane(y.widest()));
  a.src = psum;
  a.function = first.function;
  a.alpha = first.alpha;
  a.scale = isa::ScalarOperand::imm(first.scale);
  a.bias = e_.param(t_.bias < 0 ? -1 : t_.bias + channel / t_.planes.width, outputs);
  done = e_.emit(Engine::scalar, a, done + e_.planes.writable(y.widest()) + e_.residents.ready);
  e_.psum.free(tile.bank) = done;
  done = finish_activation(e_, t_.act, a.dst, a.dst, done);
  each_image(y.widest(), [&](std::int64_t image) {
    e_.planes.note_write(y.widest(), image, window.row, window.row + window.rows, done);
  });
  round_operand(e_, y, in_plane(y.widest()), done);
}

}  // namespace

Generator emit_conv_on_planes(Emission& e, const ConvTile& t) { return drive<PlaneConvEmitter>(e, t); }

}  // namespace inf::compiler
