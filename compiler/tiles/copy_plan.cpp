#include "compiler/tiles/copy_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/estimate.h"
#include "isa/arch/cost.h"

namespace inf::compiler {
namespace {

/// Axes of one transfer: the one that is spread over the DMA engines and four free ones.
constexpr std::size_t kCopyAxes = 5;

/// Neighbouring elements of the free axes that are neighbours on both sides.
std::int64_t run_of(const CopyTile& t) {
  std::int64_t run = 1;
  for (std::size_t i = t.size.size(); i-- > 1;) {
    if (t.size[i] == 1) continue;
    if (t.x_step[i] != run || t.y_step[i] != run) return run;
    run *= t.size[i];
  }
  return run;
}

/// Time of the DMA engines: axis 0 is spread over them, a slab of all partitions at a time.
double transfer_ns(const CopyTile& t, const arch::ChipSpec& chip, std::int64_t element_bytes) {
  const std::int64_t run = run_of(t), runs = elements(t.size) / t.size[0] / run;
  double ns = 0;
  for (std::int64_t left = t.size[0]; left > 0; left -= chip.sbuf.partitions) {
    const std::int64_t lanes = std::min<std::int64_t>(left, chip.sbuf.partitions);
    const std::int64_t engines = arch::dma_engines_used(chip.dma, lanes);
    ns += arch::dma_share_ns(chip.dma, (lanes + engines - 1) / engines * runs, run * element_bytes);
  }
  return ns;
}

/// `axis`, or its outer part of `by` positions, goes to the front.
CopyTile spread_over(const CopyTile& t, std::size_t axis, std::int64_t by) {
  CopyTile out = t;
  const auto move = [&](std::vector<std::int64_t>& v, std::int64_t front, std::int64_t rest, bool keeps) {
    if (keeps)
      v[axis] = rest;
    else
      v.erase(v.begin() + static_cast<std::ptrdiff_t>(axis));
    v.insert(v.begin(), front);
  };
  const std::int64_t rest = t.size[axis] / by;
  move(out.size, by, rest, rest > 1);
  move(out.x_step, t.x_step[axis] * rest, t.x_step[axis], rest > 1);
  move(out.y_step, t.y_step[axis] * rest, t.y_step[axis], rest > 1);
  return out;
}

std::int64_t widest_element(const TileProgram& program, const CopyTile& t) {
  const auto size = [&](TensorId id) { return size_of(program.tensor(program.root(id)).dtype); };
  return std::max(size(t.x), size(t.y));
}

/// The order of axes, and the split of one, that keeps the DMA engines busy for the shortest time.
CopyTile best_spread(const CopyTile& t, const arch::ChipSpec& chip, std::int64_t element_bytes) {
  CopyTile best = spread_over(t, 0, t.size[0]);
  double least = transfer_ns(best, chip, element_bytes);
  const auto consider = [&](std::size_t axis, std::int64_t by) {
    CopyTile c = spread_over(t, axis, by);
    if (c.size.size() == 1) c.size.push_back(1), c.x_step.push_back(1), c.y_step.push_back(1);
    if (c.size.size() > kCopyAxes) return;
    const double ns = transfer_ns(c, chip, element_bytes);
    if (ns >= least) return;
    least = ns;
    best = c;
  };
  for (std::size_t axis = 0; axis < t.size.size(); ++axis) {
    const std::int64_t n = t.size[axis];
    consider(axis, n);
    for (std::int64_t lanes = chip.sbuf.partitions; lanes >= 1; lanes /= 2) {
      if (lanes >= n) continue;
      std::int64_t by = lanes;
      while (by > lanes / 2 + 1 && n % by != 0) --by;
      if (n % by == 0) consider(axis, by);
    }
  }
  return best;
}

}  // namespace

void simplify(CopyTile& t) {
  std::vector<std::int64_t> size, x, y;
  for (std::size_t i = 0; i < t.size.size(); ++i) {
    if (t.size[i] == 1) continue;
    if (!size.empty() && x.back() == t.x_step[i] * t.size[i] && y.back() == t.y_step[i] * t.size[i]) {
      size.back() *= t.size[i];
      x.back() = t.x_step[i];
      y.back() = t.y_step[i];
      continue;
    }
    size.push_back(t.size[i]);
    x.push_back(t.x_step[i]);
    y.push_back(t.y_step[i]);
  }
  if (size.empty()) size = {1}, x = {1}, y = {1};
  t.size = size, t.x_step = x, t.y_step = y;
}

std::vector<CopyTile> copies_of(const TileProgram& program, CopyTile t, const arch::ChipSpec& chip) {
  simplify(t);
  if (t.size.size() == 1) {
    t.size.insert(t.size.begin(), 1);
    for (auto* step : {&t.x_step, &t.y_step}) step->insert(step->begin(), 0);
  }
  if (t.size.size() <= kCopyAxes) return {best_spread(t, chip, widest_element(program, t))};
  std::vector<CopyTile> parts;
  const std::int64_t count = t.size[0], x_step = t.x_step[0], y_step = t.y_step[0];
  for (auto* axes : {&t.size, &t.x_step, &t.y_step}) axes->erase(axes->begin());
  for (std::int64_t i = 0; i < count; ++i) {
    CopyTile part = t;
    part.x_start += i * x_step;
    part.y_start += i * y_step;
    part.fill = t.fill && i == 0;
    for (CopyTile& c : copies_of(program, std::move(part), chip)) parts.push_back(std::move(c));
  }
  return parts;
}

OpEstimate estimate_copy(const TileProgram& program, const CopyTile& t, const arch::ChipSpec& chip) {
  OpEstimate e;
  e.dma_ns = transfer_ns(t, chip, widest_element(program, t));
  e.decision = fmt::format("runs of {} elements, {} at a time", run_of(t),
                           std::min<std::int64_t>(t.size[0], chip.sbuf.partitions));
  return e;
}

std::optional<TransposeTile> blocks_of(const CopyTile& copy) {
  TransposeTile t{.x = copy.x, .y = copy.y};
  std::size_t row = copy.size.size(), column = copy.size.size();
  for (std::size_t i = 0; i < copy.size.size(); ++i) {
    if (copy.y_step[i] == 1 && copy.size[i] > 1) row = i;
    if (copy.x_step[i] == 1 && copy.size[i] > 1) column = i;
  }
  if (row == copy.size.size() || column == copy.size.size() || row == column || copy.fill) return {};
  if (copy.x_step[row] < 1 || copy.x_start != 0 || copy.y_start != 0) return {};
  t.rows = copy.size[row];
  t.x_row = copy.x_step[row];
  t.columns = copy.size[column];
  t.y_column = copy.y_step[column];
  for (std::size_t i = 0; i < copy.size.size(); ++i) {
    if (i == row || i == column) continue;
    t.size.push_back(copy.size[i]);
    t.x_step.push_back(copy.x_step[i]);
    t.y_step.push_back(copy.y_step[i]);
  }
  return t;
}

OpEstimate plan_transpose(const TileProgram& program, TransposeTile& t, const arch::ChipSpec& chip) {
  constexpr std::int64_t kMostBlocks = 64;  // 2048 rows of a column: descriptors of 4 KiB and more gain nothing
  const std::int64_t size = size_of(program.tensor(program.root(t.x)).dtype);
  const auto ceil_div = [](std::int64_t a, std::int64_t b) { return (a + b - 1) / b; };
  const std::int64_t row_blocks = ceil_div(t.rows, kBlock), column_blocks = ceil_div(t.columns, kBlock);
  const std::int64_t groups = std::min<std::int64_t>(chip.sbuf.partitions / kBlock, column_blocks);
  t.piece = std::min({row_blocks, kMostBlocks, sbuf_budget(chip) / (2 * kBandSlots * kBlock * size)});
  std::int64_t others = 1;
  for (std::int64_t n : t.size) others *= n;
  const double tiles = static_cast<double>(others * ceil_div(column_blocks, groups) * ceil_div(row_blocks, t.piece));
  OpEstimate e;
  e.vector_ns = tiles * lane_ns(chip.vector, static_cast<double>(std::max(chip.vector.min_interval, t.piece * kBlock)));
  const std::int64_t lanes = groups * kBlock, engines = arch::dma_engines_used(chip.dma, lanes);
  const std::int64_t rows = std::min(t.rows, t.piece * kBlock);
  e.dma_ns =
      tiles * (arch::dma_share_ns(chip.dma, ceil_div(groups * rows, engines), std::min(kBlock, t.columns) * size) +
               arch::dma_share_ns(chip.dma, ceil_div(lanes, engines), rows * size) +
               static_cast<double>(chip.dma.start_ns) / kBandSlots);
  e.decision = fmt::format("{} x {} in blocks of {}, {} of them on a partition", t.rows, t.columns, kBlock, t.piece);
  return e;
}

}  // namespace inf::compiler
