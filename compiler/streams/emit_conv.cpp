#include <algorithm>
#include <optional>

#include "compiler/streams/band.h"
#include "compiler/streams/contraction.h"
#include "compiler/tiles/conv_plan.h"

// A convolution: bands of input rows pass through SBUF; per band, output-channel block and phase, groups of PSUM tiles
// accumulate all contraction steps under one stationary load each, and the scalar engine evicts them through bias and
// activation into a staging band.
namespace inf::compiler {
namespace {

using arch::Engine;

struct PsumTile {
  int fold = 0, row = 0, col = 0, rows = 0, cols = 0;  ///< phase rows of the fold, phase columns
  int bank = 0;
  Horizon done;
};

class ConvEmitter {
 public:
  ConvEmitter(Emission& e, const ConvTile& t)
      : e_(e),
        t_(t),
        x_(e.program, t.x),
        y_(e.program, t.y),
        extent_(band_extent(t)),
        partitions_(e.chip.sbuf.partitions),
        columns_(e.chip.tensor.columns),
        y_size_(size_of(e.program.tensor(e.program.root(t.y)).dtype)) {}

  Generator run();

 private:
  struct Weights {
    Slot slot;
    int first = 0, count = 0;
  };
  struct Staging {
    Slot data, scratch;
    int start = 0;
  };

  Weights load_weights(int chunk);
  BandRing::Band& load_band(int image, int band);
  int band_height() const { return t_.rows * t_.folds; }
  int bands() const { return (phase_rows(t_) + band_height() - 1) / band_height(); }
  /// Phase rows of a band, over all its folds.
  int band_rows(int band) const { return std::min(band_height(), phase_rows(t_) - band * band_height()); }
  void compute(BandRing::Band& in, BandRing::Band* residual, const Weights& w, int image, int band, int block);
  void accumulate(BandRing::Band& in, const Weights& w, const Phase& phase, int channel, int outputs,
                  std::vector<PsumTile>& group);
  isa::Access moving(const BandRing::Band& in, const KStep& step, const PsumTile& tile) const;
  void add_residual(BandRing::Band& in, int outputs, int channel, std::vector<PsumTile>& group);
  void evict(const Phase& phase, int outputs, int block, std::vector<PsumTile>& group, Staging& out);
  isa::Access staged(const Staging& out, const Phase& phase, const PsumTile& tile, int outputs) const;
  void store(Staging& out, int image, int band, int block, int outputs);

  Emission& e_;
  const ConvTile& t_;
  ImageView x_, y_;
  BandExtent extent_;
  int partitions_, columns_, y_size_;
  std::optional<BandRing> input_, residual_;
  std::vector<Staging> staging_;
  std::vector<Weights> weights_;
  int next_staging_ = 0;
};

BandRing::Band& ConvEmitter::load_band(int image, int band) {
  std::vector<BandRing::Rows> folds;
  for (int row = band * band_height(); row < std::min((band + 1) * band_height(), phase_rows(t_)); row += t_.rows)
    folds.push_back({first_input_row(t_, row), input_rows(t_, std::min(t_.rows, phase_rows(t_) - row))});
  return input_->load(image, std::move(folds));
}

ConvEmitter::Weights ConvEmitter::load_weights(int chunk) {
  Weights& w = weights_[static_cast<std::size_t>(chunk) % weights_.size()];
  w.first = chunk * t_.chunk;
  w.count = std::min(t_.chunk, t_.y_channels - w.first);
  const int steps = total_steps(t_), k = widest_step(t_);
  const std::int64_t per_partition = std::int64_t{steps} * w.count;
  const Pattern run = Pattern::row(static_cast<std::uint32_t>(per_partition));
  const isa::Access src =
      dram_access(e_.program, t_.weights, std::int64_t{w.first} * steps * partitions_, k, per_partition, run);
  const Horizon free = w.slot.free();
  for (int fold = 0; fold < t_.folds; ++fold) {
    const isa::Access dst = sbuf_access(w.slot.offset, input_->fold_start(fold), k, e_.program.compute, run);
    w.slot.written.merge(e_.load(dst, src, t_.weights, e_.dram.whole(t_.weights), free));
  }
  w.slot.used = {};
  return w;
}

Generator ConvEmitter::run() {
  const int chunks = (t_.y_channels + t_.chunk - 1) / t_.chunk;
  for (int i = 0; i < std::min(chunks, 2); ++i)
    weights_.push_back(
        {e_.sbuf.allocate(std::int64_t{total_steps(t_)} * t_.chunk * size_of(e_.program.compute)), 0, 0});
  const bool whole = t_.whole_input && bands() == 1;
  BandGeometry geometry{t_.x,         t_.x_channel, t_.x_channels,      t_.replicas, extent_.rows,
                        extent_.cols, extent_.left, e_.program.compute, 0,           t_.folds};
  input_.emplace(e_, geometry, kBandSlots);
  const std::int64_t staged_bytes = staging_bytes(t_, y_.w, y_size_);
  for (int i = 0; i < kBandSlots; ++i)
    staging_.push_back(
        {e_.sbuf.allocate(staged_bytes), needs_scratch(t_.act) ? e_.sbuf.allocate(staged_bytes) : Slot{}});
  if (t_.residual != kNoTensor) {
    BandGeometry r{t_.residual, t_.y_channel,       t_.y_channels,
                   {{0, 0}},    band_height(),      static_cast<int>(y_.w),
                   0,           e_.program.storage, 0};
    residual_.emplace(e_, r, kBandSlots);
  }
  BandRing::Band* resident = nullptr;
  for (int image = 0; image < x_.n; ++image) {
    if (whole) resident = &load_band(image, 0);
    for (int chunk = 0; chunk < chunks; ++chunk) {
      Weights& w = weights_[static_cast<std::size_t>(chunk) % weights_.size()];
      if (image == 0 || chunks > 1) load_weights(chunk);
      BandRing::Band* ahead = whole ? resident : &load_band(image, 0);
      for (int band = 0; band < bands(); ++band) {
        BandRing::Band& in = *ahead;
        if (band + 1 < bands()) ahead = &load_band(image, band + 1);
        BandRing::Band* residual =
            residual_ ? &residual_->load(image, {{band * band_height(), band_rows(band)}}) : nullptr;
        for (int block = 0; block * columns_ < w.count; ++block) {
          compute(in, residual, w, image, band, block);
          co_yield 0;
        }
        w.slot.used.merge(in.slot.used);
      }
    }
  }
  for (Weights& w : weights_) e_.sbuf.release(w.slot);
  for (Staging& s : staging_) {
    e_.sbuf.release(s.data);
    if (s.scratch.bytes > 0) e_.sbuf.release(s.scratch);
  }
}

void ConvEmitter::compute(BandRing::Band& in, BandRing::Band* residual, const Weights& w, int image, int band,
                          int block) {
  const int channel = w.first + block * columns_, outputs = std::min(columns_, w.first + w.count - channel);
  Staging& out = staging_[static_cast<std::size_t>(next_staging_) % staging_.size()];
  // Few outputs take the partition groups in turn, so that their stores reach all DMA engines.
  const int group_partitions = partitions_ / fold_count(outputs, partitions_);
  out.start = next_staging_++ * group_partitions % partitions_;
  const int group_size = std::max(1, e_.psum.count() / 2);
  const Horizon reusable = out.data.free();
  out.data.written = {};
  out.data.used = reusable;
  for (const Phase& phase : t_.phases)
    for (int fold = 0; fold < static_cast<int>(in.folds.size()); ++fold) {
      std::vector<PsumTile> group;
      const int first = (band * t_.folds + fold) * t_.rows,
                rows = std::min(t_.rows, static_cast<int>(phase.count[0]) - first);
      for (int row = 0; row < rows; row += t_.tile_rows)
        for (int col = 0; col < phase.count[1]; col += t_.tile_cols) {
          group.push_back({fold,
                           row,
                           col,
                           std::min(t_.tile_rows, rows - row),
                           std::min<int>(t_.tile_cols, static_cast<int>(phase.count[1]) - col),
                           0,
                           {}});
          const bool last = row + t_.tile_rows >= rows && col + t_.tile_cols >= phase.count[1];
          if (static_cast<int>(group.size()) < group_size && !last) continue;
          accumulate(in, w, phase, channel, outputs, group);
          if (residual) add_residual(*residual, outputs, channel, group);
          evict(phase, outputs, channel, group, out);
          group.clear();
        }
    }
  store(out, image, band, channel, outputs);
}

void ConvEmitter::accumulate(BandRing::Band& in, const Weights& w, const Phase& phase, int channel, int outputs,
                             std::vector<PsumTile>& group) {
  for (PsumTile& tile : group) tile.bank = e_.psum.take();
  const std::int64_t phase_start = first_step_of(t_, phase);
  for (std::size_t s = 0; s < phase.steps.size(); ++s) {
    const KStep& step = phase.steps[s];
    const std::int64_t at = (phase_start + static_cast<std::int64_t>(s)) * w.count + (channel - w.first);
    const int fold = group.front().fold;
    const isa::Access weights =
        sbuf_access(w.slot.offset + at * size_of(e_.program.compute), input_->fold_start(fold), step.partitions,
                    e_.program.compute, Pattern::row(static_cast<std::uint32_t>(outputs)));
    for (const Pass& pass : contraction_passes(e_.chip, step.partitions)) {
      in.slot.used.merge(e_.emit(Engine::tensor, isa::LoadStationary{in_pass(weights, pass)}, w.slot.written));
      for (PsumTile& tile : group) {
        isa::Matmul mm;
        mm.dst =
            psum_access(e_.chip, tile.bank, outputs, Pattern::row(static_cast<std::uint32_t>(tile.rows * tile.cols)));
        mm.moving = in_pass(moving(in, step, tile), pass);
        mm.accumulate = s > 0 || pass.first > 0;
        tile.done = e_.emit(Engine::tensor, mm, s == 0 ? in.slot.written + e_.psum.free(tile.bank) : in.slot.written);
        in.slot.used.merge(tile.done);
      }
    }
  }
}

isa::Access ConvEmitter::moving(const BandRing::Band& in, const KStep& step, const PsumTile& tile) const {
  const int row = tile.row * static_cast<int>(t_.in_step[0]) + step.dy - extent_.low_dy;
  const int col = tile.col * static_cast<int>(t_.in_step[1]) + step.dx + extent_.left;
  return input_->window(
      in, step.block, tile.fold, step.partitions, row, col,
      Pattern::grid(
          {static_cast<std::int32_t>(t_.in_step[0]) * input_->geometry().cols, static_cast<std::uint32_t>(tile.rows)},
          {static_cast<std::int32_t>(t_.in_step[1]), static_cast<std::uint32_t>(tile.cols)}));
}

void ConvEmitter::add_residual(BandRing::Band& in, int outputs, int channel, std::vector<PsumTile>& group) {
  const auto start = static_cast<std::uint8_t>(channel % partitions_);
  isa::LoadStationary load{e_.identity(outputs)};
  load.src.start_partition = start;
  load.src.offset += start * size_of(load.src.dtype);
  for (const Pass& pass : contraction_passes(e_.chip, outputs)) {
    e_.emit(Engine::tensor, isa::LoadStationary{in_pass(load.src, pass)}, e_.residents.ready);
    for (PsumTile& tile : group) {
      isa::Matmul mm;
      mm.dst =
          psum_access(e_.chip, tile.bank, outputs, Pattern::row(static_cast<std::uint32_t>(tile.rows * tile.cols)));
      mm.moving = residual_->window(in, channel / partitions_, 0, outputs, tile.fold * t_.rows + tile.row, tile.col,
                                    Pattern::grid({residual_->geometry().cols, static_cast<std::uint32_t>(tile.rows)},
                                                  {1, static_cast<std::uint32_t>(tile.cols)}));
      mm.moving.start_partition = start;
      mm.moving = in_pass(mm.moving, pass);
      mm.accumulate = true;
      tile.done = e_.emit(Engine::tensor, mm, in.slot.written);
      in.slot.used.merge(tile.done);
    }
  }
}

isa::Access ConvEmitter::staged(const Staging& out, const Phase& phase, const PsumTile& tile, int outputs) const {
  const std::int64_t row = phase.first[0] + (tile.fold * t_.rows + tile.row) * t_.out_step[0],
                     col = phase.first[1] + tile.col * t_.out_step[1];
  const DType dtype = e_.program.tensor(e_.program.root(t_.y)).dtype;
  return sbuf_access(
      out.data.offset + (row * y_.w + col) * y_size_, out.start, outputs, dtype,
      Pattern::grid({static_cast<std::int32_t>(t_.out_step[0] * y_.w), static_cast<std::uint32_t>(tile.rows)},
                    {static_cast<std::int32_t>(t_.out_step[1]), static_cast<std::uint32_t>(tile.cols)}));
}

void ConvEmitter::evict(const Phase& phase, int outputs, int channel, std::vector<PsumTile>& group, Staging& out) {
  const FirstStep first = first_step(t_.act);
  for (PsumTile& tile : group) {
    isa::Activation a;
    a.dst = staged(out, phase, tile, outputs);
    a.src = psum_access(
        e_.chip, tile.bank, outputs,
        Pattern::grid({tile.cols, static_cast<std::uint32_t>(tile.rows)}, {1, static_cast<std::uint32_t>(tile.cols)}));
    a.function = first.function;
    a.alpha = first.alpha;
    a.scale = isa::ScalarOperand::imm(first.scale);
    a.bias = e_.param(t_.bias < 0 ? -1 : t_.bias + channel / std::min(columns_, t_.chunk), outputs);
    Horizon done = e_.emit(Engine::scalar, a, tile.done + out.data.used + e_.residents.ready);
    e_.psum.free(tile.bank) = done;
    isa::Access scratch = a.dst;
    scratch.offset += out.scratch.offset - out.data.offset;
    done = finish_activation(e_, t_.act, a.dst, scratch, done);
    out.data.written.merge(done);
  }
}

void ConvEmitter::store(Staging& out, int image, int band, int channel, int outputs) {
  const int row0 = band * band_height() * static_cast<int>(t_.out_step[0]);
  const int rows = std::min<int>(band_rows(band) * static_cast<int>(t_.out_step[0]), static_cast<int>(y_.h) - row0);
  const Pattern run = Pattern::row(static_cast<std::uint32_t>(rows * y_.w));
  const DType dtype = e_.program.tensor(e_.program.root(t_.y)).dtype;
  const isa::Access src = sbuf_access(out.data.offset, out.start, outputs, dtype, run);
  Horizon stored;
  for (TensorId y : {t_.y, t_.also}) {
    if (y == kNoTensor) continue;
    const ImageView view(e_.program, y);
    const isa::Access dst =
        dram_access(e_.program, y, view.at(image, t_.y_channel + channel, row0, 0), outputs, view.plane(), run);
    stored.merge(e_.store(dst, src, y, {row0, row0 + rows}, out.data.written));
  }
  out.data.used = stored;
}

}  // namespace

Generator emit_conv(Emission& e, const ConvTile& t) { return drive<ConvEmitter>(e, t); }

}  // namespace inf::compiler
