#include "compiler/streams/band.h"

#include "compiler/tiles/reach.h"

namespace inf::compiler {

std::vector<Lanes> lanes_of(int folds, int channels, int rows, int rows_left) {
  if (rows_left >= folds * rows) return {{0, folds, folds * channels, rows}};
  std::vector<Lanes> lanes;
  for (int fold = 0; fold * rows < rows_left; ++fold)
    lanes.push_back({fold, 1, channels, std::min(rows, rows_left - fold * rows)});
  return lanes;
}

BandRing::BandRing(Emission& e, BandGeometry geometry, int slots)
    : e_(e), g_(std::move(geometry)), view_(e.program, g_.x) {
  for (int i = 0; i < slots; ++i) bands_.push_back({e_.sbuf.allocate(g_.bytes(e_.chip.sbuf.partitions)), {}});
}

BandRing::~BandRing() {
  for (const Band& band : bands_) e_.sbuf.release(band.slot);
}

int BandRing::partitions(int block) const {
  const int all = e_.chip.sbuf.partitions;
  if (g_.replicas.size() > 1) return g_.channels * static_cast<int>(g_.replicas.size());
  return std::min(all, g_.channels - block * all);
}

isa::Access BandRing::window(const Band& band, int block, int fold, int partitions, int row, int col,
                             const Pattern& free) const {
  const std::int64_t at = (std::int64_t{block} * g_.rows + row) * g_.cols + col;
  return sbuf_access(band.slot.offset + at * size_of(g_.dtype), fold_start(fold), partitions, g_.dtype, free);
}

void BandRing::fill(Band& band, int fold, int folds, Rows rows, Rows cols) {
  if (rows.count <= 0 || cols.count <= 0) return;
  const bool whole = cols.count == g_.cols;
  const std::vector<WindowPart> parts = whole ? window_parts(rows.count, cols.count, 1, isa::kMaxCount)
                                              : window_parts(rows.count, cols.count, g_.cols, isa::kMaxFreeSbuf);
  for (int block = 0; block < g_.blocks(e_.chip.sbuf.partitions); ++block)
    for (const WindowPart& p : parts) {
      const Pattern free =
          whole ? Pattern::row(u32(p.rows * p.cols)) : Pattern::grid({g_.cols, u32(p.rows)}, {1, u32(p.cols)});
      const int lanes = g_.folds > 1 ? folds * e_.chip.sbuf.partitions / g_.folds : partitions(block);
      const isa::Access dst = window(band, block, fold, lanes, rows.first + static_cast<int>(p.row),
                                     cols.first + static_cast<int>(p.col), free);
      band.slot.written.merge(e_.emit(e_.roles.fill, isa::Memset{dst, g_.border}, band.slot.used));
    }
}

/// Sets the border cells of any replica. Loads then overwrite those that are inside the plane for the others; columns
/// stay for later bands.
void BandRing::fill_borders(Band& band) {
  int low_dx = 0, high_dx = 0, low_dy = 0, high_dy = 0;
  for (const auto& [dy, dx] : g_.replicas) {
    low_dx = std::min(low_dx, dx), high_dx = std::max(high_dx, dx);
    low_dy = std::min(low_dy, dy), high_dy = std::max(high_dy, dy);
  }
  for (int fold = 0; fold < static_cast<int>(band.folds.size()); ++fold) {
    const auto [first, count] = band.folds[static_cast<std::size_t>(fold)];
    const int top = std::clamp(-first - low_dy, 0, count);
    const int bottom = std::max(top, std::clamp(static_cast<int>(view_.h) - first - high_dy, 0, count));
    fill(band, fold, 1, {0, top}, {0, g_.cols});
    fill(band, fold, 1, {bottom, count - bottom}, {0, g_.cols});
  }
  if (!band.slot.fresh) return;
  const int right = std::clamp(static_cast<int>(view_.w) + g_.left - high_dx, 0, g_.cols);
  fill(band, 0, g_.folds, {0, g_.rows}, {0, std::clamp(g_.left - low_dx, 0, g_.cols)});
  fill(band, 0, g_.folds, {0, g_.rows}, {right, g_.cols - right});
  band.slot.fresh = false;
}

void BandRing::copy(Band& band, std::int64_t image, int block, int fold, int replica, const Horizon& after) {
  const auto [dy, dx] = g_.replicas[static_cast<std::size_t>(replica)];
  const auto [first_row, count] = band.folds[static_cast<std::size_t>(fold)];
  const int all = e_.chip.sbuf.partitions;
  const int channels = g_.replicas.size() > 1 ? g_.channels : partitions(block);
  // Rows and columns of the band that lie inside the plane for this shift.
  const int y0 = std::max(0, -(first_row + dy)), y1 = std::min(count, static_cast<int>(view_.h) - first_row - dy);
  const int x0 = std::max(0, g_.left - dx), x1 = std::min(g_.cols, static_cast<int>(view_.w) + g_.left - dx);
  if (y0 >= y1 || x0 >= x1) return;
  const auto rows = static_cast<std::uint32_t>(y1 - y0), cols = static_cast<std::uint32_t>(x1 - x0);
  const int first_channel = g_.channel + block * all, source_row = first_row + y0 + dy;
  const bool whole_rows = static_cast<int>(cols) == g_.cols && cols == view_.w;
  isa::Access dst = window(band, block, fold, channels, y0, x0,
                           whole_rows ? Pattern::row(rows * cols) : Pattern::grid({g_.cols, rows}, {1, cols}));
  dst.start_partition = static_cast<std::uint8_t>(dst.start_partition + replica * g_.channels);
  const isa::Access src = dram_access(
      e_.program, g_.x, view_.at(image, first_channel, source_row, x0 - g_.left + dx), channels, view_.plane(),
      whole_rows ? Pattern::row(rows * cols) : Pattern::grid({static_cast<std::int32_t>(view_.w), rows}, {1, cols}));
  band.slot.written.merge(e_.load(dst, src, g_.x, {source_row, source_row + static_cast<int>(rows)}, after));
}

BandRing::Band& BandRing::load(std::int64_t image, std::vector<Rows> folds) {
  Band& band = bands_[next_];
  next_ = (next_ + 1) % bands_.size();
  band.folds = std::move(folds);
  band.slot.used.merge(band.slot.written);
  fill_borders(band);
  const Horizon after = band.slot.used + band.slot.written;
  for (int block = 0; block < g_.blocks(e_.chip.sbuf.partitions); ++block)
    for (int fold = 0; fold < static_cast<int>(band.folds.size()); ++fold)
      for (int replica = 0; replica < static_cast<int>(g_.replicas.size()); ++replica)
        copy(band, image, block, fold, replica, after);
  band.slot.used = {};
  return band;
}

}  // namespace inf::compiler
