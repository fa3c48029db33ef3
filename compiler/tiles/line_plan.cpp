#include "compiler/tiles/line_plan.h"

#include <fmt/format.h>

#include <optional>

#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/estimate.h"
#include "isa/arch/cost.h"

namespace inf::compiler {
namespace {

/// Elements per partition of one tile.
constexpr std::int64_t kMost = 8192;

DType dtype_of(const TileProgram& program, TensorId id) { return program.tensor(program.root(id)).dtype; }

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Vector cycles of one tile.
double tile_cycles(const LineTile& t, const arch::ChipSpec& chip) {
  const auto at_least = [&](std::int64_t cycles) {
    return static_cast<double>(std::max(chip.vector.min_interval, cycles));
  };
  switch (t.kind) {
    case LineTile::Kind::reduce: return at_least(t.width * t.piece) + at_least(t.width);
    case LineTile::Kind::running: return static_cast<double>(t.width) * at_least(t.piece) + at_least(t.width * t.piece);
    case LineTile::Kind::arg_max: {
      const bool prepared = t.last || t.smallest || t.piece < kSearchFewest;
      return static_cast<double>(t.width) *
             ((prepared ? 3 : 2) * at_least(t.piece) + (t.piece < t.n ? 6 : 2) * at_least(1));
    }
  }
  return 0;
}

OpEstimate estimate(const TileProgram& program, const LineTile& t, const arch::ChipSpec& chip) {
  const std::int64_t lanes = t.outer_on_partitions ? t.outer : t.inner / t.width;
  const std::int64_t partitions = std::min<std::int64_t>(lanes, chip.sbuf.partitions);
  const std::int64_t others = t.outer_on_partitions ? ceil_div(t.inner, t.width) : t.outer;
  const double lines = static_cast<double>(ceil_div(lanes, chip.sbuf.partitions) * others);
  const double tiles = lines * static_cast<double>(ceil_div(t.n, t.piece));
  OpEstimate e;
  e.vector_ns = tiles * lane_ns(chip.vector, tile_cycles(t, chip));
  const int engines = arch::dma_engines_used(chip.dma, partitions);
  const auto transfer = [&](TensorId id, std::int64_t count, std::int64_t run) {
    return arch::dma_share_ns(chip.dma, ceil_div(partitions, engines) * count / run,
                              run * size_of(dtype_of(program, id)));
  };
  const bool joined = t.outer_on_partitions && t.width == t.inner;
  const std::int64_t count = t.width * t.piece, run = joined ? count : t.width;
  e.dma_ns = tiles * transfer(t.x, count, run);
  e.dma_ns +=
      t.kind == LineTile::Kind::running ? tiles * transfer(t.y, count, run) : lines * transfer(t.y, t.width, t.width);
  e.dma_ns += tiles * static_cast<double>(chip.dma.start_ns) / kBandSlots;
  e.decision = fmt::format("{} lines on partitions by the {} axes, {} beside each other, {} of {} positions at a time",
                           partitions, t.outer_on_partitions ? "outer" : "inner", t.width, t.piece, t.n);
  return e;
}

/// Bytes that are there once per slot, and once.
std::int64_t sbuf_bytes(const TileProgram& program, const LineTile& t) {
  const LineBuffers b = line_buffers(program, t);
  return kBandSlots * (b.x + b.y + b.work + b.state + 4 * 64);
}

}  // namespace

LineBuffers line_buffers(const TileProgram& program, const LineTile& t) {
  LineBuffers b;
  const std::int64_t y = size_of(dtype_of(program, t.y));
  b.x = t.width * t.piece * size_of(dtype_of(program, t.x));
  switch (t.kind) {
    case LineTile::Kind::reduce:
      b.y = t.width * y;
      b.work = t.width * 4;
      b.state = t.width * 4;
      break;
    case LineTile::Kind::running:
      b.y = t.width * t.piece * y;
      b.work = t.width * (t.piece + 1) * 4;
      break;
    case LineTile::Kind::arg_max:
      b.y = t.width * 4;
      b.work = (std::max(t.piece, kSearchFewest) + 8 + 8 + 2) * 4;
      b.state = t.width * 4;
      break;
  }
  return b;
}

OpEstimate plan_line(const TileProgram& program, LineTile& t, const arch::ChipSpec& chip) {
  std::optional<OpEstimate> best;
  LineTile chosen = t;
  const auto consider = [&](bool outer_on_partitions, std::int64_t width) {
    LineTile c = t;
    c.outer_on_partitions = outer_on_partitions;
    c.width = std::clamp<std::int64_t>(width, 1, c.inner);
    c.piece = std::clamp<std::int64_t>(kMost / c.width, 1, c.n);
    if (c.kind == LineTile::Kind::arg_max && c.width == 1) c.piece = std::min(c.n, kSearchMost);
    while (sbuf_bytes(program, c) > sbuf_budget(chip) && (c.piece > 1 || c.width > 1))
      (c.piece > 1 ? c.piece : c.width) /= 2;
    const OpEstimate e = estimate(program, c, chip);
    if (best && total_ns(*best) <= total_ns(e)) return;
    best = e;
    chosen = c;
  };
  for (std::int64_t width = std::min(t.inner, kMost); width >= 1; width /= 2) {
    consider(true, width);
    consider(false, width);
  }
  consider(false, ceil_div(t.inner, chip.sbuf.partitions));
  t = chosen;
  return *best;
}

}  // namespace inf::compiler
