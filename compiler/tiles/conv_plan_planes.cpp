#include <fmt/format.h>

#include <algorithm>

#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/estimate.h"
#include "compiler/tiles/plane_plan.h"
#include "compiler/tiles/reach.h"
#include "isa/arch/cost.h"

// Convolutions on planes in SBUF.
namespace inf::compiler {
namespace {

std::vector<KStep> plain_steps(const Phase& phase, int channels, int partitions) {
  std::vector<KStep> steps;
  for (int block = 0; block * partitions < channels; ++block)
    for (std::size_t i = 0; i < phase.taps.size(); ++i)
      steps.push_back({block,
                       std::min(partitions, channels - block * partitions),
                       phase.taps[i].dy,
                       phase.taps[i].dx,
                       {static_cast<int>(i)}});
  return steps;
}

/// The longest steps of a PSUM tile's operands. Units: elements.
struct LongestSteps {
  std::int64_t row = 0, image = 0;
};
LongestSteps longest_steps(const TileProgram& program, const ConvTile& t) {
  LongestSteps longest;
  const auto add = [&](PlaneId id, std::int64_t rows) {
    if (id == kNoPlane) return;
    longest.row = std::max(longest.row, rows * program.plane(id).pitch());
    longest.image = std::max(longest.image, program.plane(id).area());
  };
  add(t.planes.x, t.in_step[0]);
  if (t.planes.x == kNoPlane) longest.row = t.in_step[0] * band_extent(t).cols;
  for (const PlaneId id : {t.planes.residual, t.planes.y.stored, t.planes.y.operand}) add(id, 1);
  return longest;
}

/// Equal tiles that fill a PSUM bank as far as the image allows; of small images several. Only one row or image where
/// the next is out of an instruction's reach.
void choose_tile(const TileProgram& program, ConvTile& t, std::int64_t images, const arch::ChipSpec& chip) {
  const LongestSteps longest = longest_steps(program, t);
  const std::int64_t rows = t.phases[0].count[0], cols = t.phases[0].count[1];
  const std::int64_t most = std::min<std::int64_t>(chip.tensor.max_moving, chip.psum.bank_bytes / 4);
  const auto equal = [](std::int64_t n, std::int64_t limit) {
    const std::int64_t parts = (n + limit - 1) / limit;
    return static_cast<int>((n + parts - 1) / parts);
  };
  t.tile_cols = equal(cols, most);
  t.tile_rows = in_reach(longest.row, rows) ? equal(rows, std::max<std::int64_t>(1, most / t.tile_cols)) : 1;
  if (in_reach(longest.image, images) && t.planes.x != kNoPlane && t.tile_rows == rows && t.tile_cols == cols)
    t.planes.images = equal(images, std::max<std::int64_t>(1, most / (rows * cols)));
}

/// A quarter of the ring at most, so that the next chunks come in meanwhile, in whole widths of the array where that is
/// enough.
void choose_chunk(const TileProgram& program, ConvTile& t, const arch::ChipSpec& chip) {
  const std::int64_t per_output = std::int64_t{total_steps(t)} * size_of(program.compute),
                     ring = chunk_room(program.weight_ring, chip);
  const int columns = chip.tensor.columns;
  t.planes.width = std::min(columns, t.y_channels);
  t.chunk = t.y_channels;
  if (per_output * t.chunk <= (t.planes.x == kNoPlane ? ring : ring / 4)) return;
  const std::int64_t few = ring / 4 / per_output, some = ring / 2 / per_output;
  if (few >= columns) {
    t.chunk = static_cast<int>(few / columns) * columns;
    return;
  }
  t.chunk = columns;
  while (t.chunk > 32 && t.chunk > some) t.chunk /= 2;
  t.planes.width = std::min(t.chunk, t.y_channels);
}

void choose_band(const TileProgram& program, ConvTile& t, const arch::ChipSpec& chip) {
  const int rows = phase_rows(t), blocks = (t.x_channels + chip.sbuf.partitions - 1) / chip.sbuf.partitions;
  t.rows = rows;
  if (t.planes.x != kNoPlane) return;
  const auto fits = [&] {
    const BandExtent e = band_extent(t);
    return kBandSlots * ((std::int64_t{blocks} * e.rows * e.cols * size_of(program.compute) + 63) / 64 * 64) <=
           plane_workspace(chip, true);
  };
  while (t.rows > 1 && !fits()) t.rows = t.rows > t.tile_rows ? t.rows - t.tile_rows : t.rows - 1;
  t.tile_rows = std::min(t.tile_rows, t.rows);
}

}  // namespace

OpEstimate plan_conv_on_planes(const TileProgram& program, ConvTile& t, const arch::ChipSpec& chip) {
  Phase& phase = t.phases[0];
  phase.steps = plain_steps(phase, t.x_channels, chip.sbuf.partitions);
  const Plane& y = program.plane(t.planes.y.widest());
  choose_tile(program, t, y.images, chip);
  choose_chunk(program, t, chip);
  choose_band(program, t, chip);
  const std::int64_t tiles = (phase.count[0] + t.tile_rows - 1) / t.tile_rows *
                             ((phase.count[1] + t.tile_cols - 1) / t.tile_cols) *
                             ((program.images + t.planes.images - 1) / t.planes.images);
  const std::int64_t elements = std::int64_t{t.tile_rows} * t.tile_cols * t.planes.images;
  const double blocks = static_cast<double>((t.y_channels + t.planes.width - 1) / t.planes.width);
  std::int64_t matmuls = 0;
  for (const KStep& step : phase.steps) matmuls += matmuls_over(chip, step.partitions);
  const double outputs = blocks * static_cast<double>(tiles * elements);
  OpEstimate e;
  e.tensor_ns = blocks * static_cast<double>(tiles * matmuls) *
                static_cast<double>(arch::matmul_interval(chip, {.dtype = program.compute}, elements).value) * 1000 /
                static_cast<double>(chip.tensor.clock_mhz);
  e.scalar_ns = lane_ns(chip.scalar, outputs);
  if (t.planes.residual != kNoPlane) e.vector_ns = lane_ns(chip.vector, outputs);
  e.dma_ns =
      dma_ns(chip, static_cast<double>(total_steps(t)) * widest_step(t) * t.y_channels * size_of(program.compute) *
                       static_cast<double>((program.images + y.images - 1) / y.images));
  e.decision = fmt::format("stays in SBUF, PSUM tiles {}x{}", t.tile_rows, t.tile_cols);
  if (t.planes.images > 1) e.decision += fmt::format(" of {} images", t.planes.images);
  e.decision += fmt::format(", {} steps per tile", total_steps(t));
  if (t.planes.x == kNoPlane) e.decision += fmt::format(", input in bands of {} rows", t.rows);
  if (t.chunk < t.y_channels) e.decision += fmt::format(", weights in chunks of {}", t.chunk);
  return e;
}

}  // namespace inf::compiler
