#include "compiler/tiles/conv_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <set>

#include "compiler/tiles/estimate.h"
#include "compiler/tiles/reach.h"
#include "compiler/tiles/shortages.h"
#include "isa/arch/cost.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace {

/// Contraction steps of one phase. Without replicas: every tap of every channel block. With replicas: greedy cover of
/// the taps in ascending order, so that the base of each step is its smallest uncovered tap.
std::vector<KStep> make_steps(const Phase& phase, int channels, const std::vector<std::pair<int, int>>& replicas,
                              int partitions) {
  std::vector<KStep> steps;
  if (replicas.size() == 1) {
    for (int block = 0; block * partitions < channels; ++block)
      for (std::size_t i = 0; i < phase.taps.size(); ++i)
        steps.push_back({block,
                         std::min(partitions, channels - block * partitions),
                         phase.taps[i].dy,
                         phase.taps[i].dx,
                         {static_cast<int>(i)}});
    return steps;
  }
  std::vector<bool> covered(phase.taps.size());
  std::vector<std::size_t> order(phase.taps.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair{phase.taps[a].dy, phase.taps[a].dx} < std::pair{phase.taps[b].dy, phase.taps[b].dx};
  });
  for (std::size_t base : order) {
    if (covered[base]) continue;
    KStep step{0, 0, phase.taps[base].dy, phase.taps[base].dx, {}};
    for (std::size_t r = 0; r < replicas.size(); ++r) {
      int found = -1;
      for (std::size_t i = 0; i < phase.taps.size(); ++i)
        if (!covered[i] && phase.taps[i].dy == step.dy + replicas[r].first &&
            phase.taps[i].dx == step.dx + replicas[r].second)
          found = static_cast<int>(i);
      if (found >= 0) {
        covered[static_cast<std::size_t>(found)] = true;
        step.partitions = static_cast<int>(r + 1) * channels;
      }
      step.taps.push_back(found);
    }
    step.taps.resize(static_cast<std::size_t>(step.partitions / channels));
    steps.push_back(step);
  }
  return steps;
}

/// Smallest distance between two tap offsets along one axis; 1 when there is only one.
int spacing(const std::vector<Phase>& phases, bool vertical) {
  std::set<int> offsets;
  for (const Phase& p : phases)
    for (const Tap& t : p.taps) offsets.insert(vertical ? t.dy : t.dx);
  int least = 0;
  for (auto it = offsets.begin(); it != offsets.end() && std::next(it) != offsets.end(); ++it)
    least = least == 0 ? *std::next(it) - *it : std::min(least, *std::next(it) - *it);
  return std::max(1, least);
}

/// Tensor cycles to cover rows x cols with tiles of tr x tc.
std::int64_t cover_cycles(const arch::ChipSpec& chip, DType dtype, std::int64_t rows, std::int64_t cols, int tr,
                          int tc) {
  const auto parts = [](std::int64_t n, int size) { return std::array<std::int64_t, 2>{n / size, n % size}; };
  const auto [full_r, rest_r] = parts(rows, tr);
  const auto [full_c, rest_c] = parts(cols, tc);
  const auto cycles = [&](std::int64_t n) {
    return n == 0 ? 0 : arch::matmul_interval(chip, {.dtype = dtype}, n).value;
  };
  return full_r * full_c * cycles(tr * tc) + full_r * cycles(tr * rest_c) + full_c * cycles(rest_r * tc) +
         cycles(rest_r * rest_c);
}

/// What one more PSUM tile is taken to cost beside its matmuls. Units: tensor cycles. Assumed: issue of its
/// instructions.
constexpr std::int64_t kCyclesPerTile = 24;

/// The longest step from row to row of a PSUM tile's operands: input band, staged result, residual. Units: elements.
std::int64_t longest_row_step(const ConvTile& t, std::int64_t y_width) {
  return std::max(t.in_step[0] * band_extent(t).cols, t.out_step[0] * y_width);
}

/// The PSUM tile that covers a band of `rows` x `cols` in the fewest cycles; of one row where the next is `row_step`
/// elements away and so out of an instruction's reach.
void choose_tile(ConvTile& t, const arch::ChipSpec& chip, DType dtype, int rows, std::int64_t cols,
                 std::int64_t row_step) {
  if (!in_reach(row_step, rows)) rows = 1;
  const int most = std::min<int>(chip.tensor.max_moving, static_cast<int>(chip.psum.bank_bytes / 4));
  std::int64_t best = INT64_MAX;
  for (int parts = 1; parts <= std::max<std::int64_t>(16, (cols + most - 1) / most); ++parts) {
    const int tc = static_cast<int>((cols + parts - 1) / parts);
    if (tc > most || tc == 0) continue;
    const int tr = std::min(rows, most / tc);
    // Each tile also costs an eviction's start-up, so fewer, fuller tiles win where cycles tie.
    const std::int64_t tiles = (phase_rows(t) + tr - 1) / tr * parts;
    const std::int64_t cycles = cover_cycles(chip, dtype, phase_rows(t), cols, tr, tc) + kCyclesPerTile * tiles;
    if (cycles >= best) continue;
    best = cycles;
    t.tile_rows = tr;
    t.tile_cols = tc;
  }
}

/// Band rows: as many as fit, in whole PSUM tiles, but at least four bands where the image has them, so that loads,
/// matmuls, evictions and stores of neighbouring bands overlap.
bool choose_rows(const TileProgram& program, ConvTile& t, const arch::ChipSpec& chip, std::int64_t budget) {
  const int rows = phase_rows(t);
  std::int64_t cols = 0;
  for (const Phase& p : t.phases) cols = std::max(cols, p.count[1]);
  t.rows = rows;
  choose_tile(t, chip, program.compute, rows, cols, longest_row_step(t, image_shape(program, t.y).w));
  const int wanted = (rows + 4 * t.folds - 1) / (4 * t.folds);
  for (int n = (wanted + t.tile_rows - 1) / t.tile_rows * t.tile_rows; n >= 1;
       n = n > t.tile_rows ? n - t.tile_rows : n - 1) {
    t.rows = std::min(n, rows);
    t.tile_rows = std::min(t.tile_rows, t.rows);
    if (sbuf_bytes(program, t, chip) <= budget) return true;
  }
  return false;
}

void choose_chunk(const TileProgram& program, ConvTile& t, const arch::ChipSpec& chip, std::int64_t budget) {
  const std::int64_t per_output = std::int64_t{total_steps(t)} * size_of(program.compute);
  t.chunk = t.y_channels;
  if (per_output * t.chunk <= budget / 2) return;
  const int columns = chip.tensor.columns;
  t.chunk = static_cast<int>(std::max<std::int64_t>(1, budget / 4 / per_output));
  // A residual's channels lie on partitions: a chunk of them starts where the tensor engine may.
  if (t.residual != kNoTensor && t.chunk < kStartGrain) t.chunk = std::min(kStartGrain, t.y_channels);
  if (t.chunk > columns)
    t.chunk -= t.chunk % columns;
  else if (t.chunk > kStartGrain)  // where engines may begin on partitions
    t.chunk = static_cast<int>(std::bit_floor(static_cast<unsigned>(t.chunk)));
}

OpEstimate estimate(const TileProgram& program, const ConvTile& t, const arch::ChipSpec& chip) {
  const ImageShape x = image_shape(program, t.x), y = image_shape(program, t.y);
  const int blocks = (t.y_channels + chip.tensor.columns - 1) / chip.tensor.columns;
  const std::int64_t chunks = (t.y_channels + t.chunk - 1) / t.chunk;
  double tensor = 0, scalar = 0;
  for (const Phase& p : t.phases) {
    const std::int64_t bands = (p.count[0] + t.rows - 1) / t.rows;  // of one fold
    const auto cycles = [&](DType operands) {
      return bands * cover_cycles(chip, operands, std::min<std::int64_t>(t.rows, p.count[0]), p.count[1], t.tile_rows,
                                  t.tile_cols);
    };
    const std::int64_t residual =
        t.residual == kNoTensor ? 0
                                : cycles(program.storage) * matmuls_over(chip, std::min(chip.tensor.columns, t.chunk));
    std::int64_t matmuls = 0;
    for (const KStep& step : p.steps) matmuls += matmuls_over(chip, step.partitions);
    tensor += static_cast<double>(matmuls * cycles(program.compute) + residual);
    scalar += static_cast<double>(p.count[0] * p.count[1]);
  }
  const double images = static_cast<double>(x.n);
  const int x_size = size_of(program.tensor(program.root(t.x)).dtype),
            y_size = size_of(program.tensor(program.root(t.y)).dtype);
  const double halo = static_cast<double>(input_rows(t, t.rows)) / static_cast<double>(t.rows * t.in_step[0]);
  const double reads = t.whole_input ? 1 : static_cast<double>(chunks) * halo;
  const double bytes = images * (reads * static_cast<double>(t.replicas.size()) * t.x_channels *
                                     static_cast<double>(x.h * x.w) * x_size +
                                 static_cast<double>(t.y_channels) * static_cast<double>(y.h * y.w) * y_size) +
                       static_cast<double>(total_steps(t)) * widest_step(t) * t.y_channels * size_of(program.compute);
  OpEstimate e;
  e.tensor_ns = images * blocks * tensor * 1000 / static_cast<double>(chip.tensor.clock_mhz);
  e.scalar_ns = images * blocks * scalar * 1000 / static_cast<double>(chip.scalar.clock_mhz);
  e.dma_ns = dma_ns(chip, bytes);
  return e;
}

}  // namespace

std::int64_t sbuf_bytes(const TileProgram& program, const ConvTile& t, const arch::ChipSpec& chip) {
  const BandExtent extent = band_extent(t);
  const int size = size_of(program.compute);
  const ImageShape y = image_shape(program, t.y);
  const int y_size = size_of(program.tensor(program.root(t.y)).dtype);
  const auto round = [](std::int64_t bytes) { return (bytes + 63) / 64 * 64; };
  const int blocks = t.replicas.size() > 1 ? 1 : (t.x_channels + chip.sbuf.partitions - 1) / chip.sbuf.partitions;
  std::int64_t bytes = round(std::int64_t{total_steps(t)} * t.chunk * size) * (t.chunk < t.y_channels ? 2 : 1);
  bytes += kBandSlots * round(std::int64_t{blocks} * extent.rows * extent.cols * size);
  bytes += kBandSlots * (needs_scratch(t.act) ? 2 : 1) * round(staging_bytes(t, y.w, y_size));
  if (t.residual != kNoTensor) {
    const int y_blocks = (t.y_channels + chip.sbuf.partitions - 1) / chip.sbuf.partitions;
    bytes += kBandSlots * round(std::int64_t{y_blocks} * t.rows * t.folds * y.w * size_of(program.storage));
  }
  return bytes;
}

namespace {

struct Candidate {
  ConvTile tile;
  OpEstimate estimate;
};

/// The convolution with ry x rx taps laid on partitions beside each other; nothing when not even one row fits into
/// SBUF.
std::optional<Candidate> candidate(const TileProgram& program, const ConvTile& t, const arch::ChipSpec& chip, int ry,
                                   int rx) {
  Candidate c{t, {}};
  const int dy = spacing(t.phases, true), dx = spacing(t.phases, false);
  c.tile.replicas.clear();
  for (int a = 0; a < ry; ++a)
    for (int b = 0; b < rx; ++b) c.tile.replicas.push_back({a * dy, b * dx});
  for (Phase& p : c.tile.phases) p.steps = make_steps(p, t.x_channels, c.tile.replicas, chip.sbuf.partitions);
  c.tile.folds = fold_count(t.x_channels * ry * rx, chip.sbuf.partitions);
  choose_chunk(program, c.tile, chip, sbuf_budget(chip));
  if (!choose_rows(program, c.tile, chip, sbuf_budget(chip))) return std::nullopt;
  c.tile.whole_input = c.tile.chunk < t.y_channels && c.tile.rows * c.tile.folds >= phase_rows(t);
  c.estimate = estimate(program, c.tile, chip);
  return c;
}

std::string decision(const ConvTile& t) {
  std::string text = fmt::format("bands of {} rows, PSUM tiles {}x{}, {} steps per tile", t.rows, t.tile_rows,
                                 t.tile_cols, t.phases[0].steps.size());
  if (t.replicas.size() > 1)
    text += fmt::format(", {} taps on partitions", t.replicas.size());
  else if (t.folds > 1)
    text += fmt::format(", folded {} times", t.folds);
  if (t.chunk < t.y_channels) text += fmt::format(", weights in chunks of {}", t.chunk);
  return text;
}

}  // namespace

namespace {

/// Bytes of a partition that a chip must have beside those of `chip`, so that one row of the convolution fits.
std::int64_t least_sbuf(const TileProgram& program, const ConvTile& t, const arch::ChipSpec& chip) {
  constexpr std::int64_t kGrain = 1024, kMost = 1 << 20;  // in KiB, to a GiB
  std::int64_t short_of = 0, enough = kMost;
  while (enough - short_of > 1) {
    const std::int64_t middle = (short_of + enough) / 2;
    arch::ChipSpec larger = chip;
    larger.sbuf.bytes_per_partition += middle * kGrain;
    (candidate(program, t, larger, 1, 1) ? enough : short_of) = middle;
  }
  return enough * kGrain;
}

}  // namespace

OpEstimate plan_conv(TileProgram& program, ConvTile& t, const arch::ChipSpec& chip, const std::string& node) {
  constexpr int kMostTaps = 16;  // along one axis
  std::optional<Candidate> best = candidate(program, t, chip, 1, 1);
  for (int ry = 1; ry <= kMostTaps && ry * t.x_channels <= chip.tensor.rows; ++ry)
    for (int rx = 1; rx <= kMostTaps && ry * rx * t.x_channels <= chip.tensor.rows; ++rx) {
      const std::optional<Candidate> c = candidate(program, t, chip, ry, rx);
      if (c && (!best || total_ns(c->estimate) < total_ns(best->estimate))) best = c;
    }
  if (!best)
    throw ShortageError(
        ErrorKind::unsupported, node,
        fmt::format("one row of the convolution needs more bytes of SBUF per partition than the {} that are usable",
                    sbuf_budget(chip)),
        *sbuf_shortage(chip, "SBUF for one row of a convolution", least_sbuf(program, t, chip), 0),
        {"use a narrower input"});
  t = std::move(best->tile);
  best->estimate.decision = decision(t);
  set_bound(best->estimate);
  return best->estimate;
}

std::int64_t arranged_elements(const ConvTile& t, const arch::ChipSpec& chip) {
  return std::int64_t{total_steps(t)} * t.y_channels * chip.sbuf.partitions;
}

std::vector<float> arrange_weights(const ConvTile& t, const arch::ChipSpec& chip, const KernelView& weights) {
  const int steps = total_steps(t), partitions = chip.sbuf.partitions;
  std::vector<float> out(static_cast<std::size_t>(arranged_elements(t, chip)));
  for (int first = 0; first < t.y_channels; first += t.chunk) {
    const int count = std::min(t.chunk, t.y_channels - first);
    const std::size_t base = static_cast<std::size_t>(first) * steps * partitions;
    int s = 0;
    for (const Phase& phase : t.phases)
      for (const KStep& step : phase.steps) {
        for (int p = 0; p < step.partitions; ++p) {
          const int replica = t.replicas.size() > 1 ? p / t.x_channels : 0;
          const int channel = t.replicas.size() > 1 ? p % t.x_channels : step.block * partitions + p;
          const int tap = step.taps[static_cast<std::size_t>(replica)];
          if (tap < 0 || phase.taps[static_cast<std::size_t>(tap)].ky < 0) continue;
          const Tap& at = phase.taps[static_cast<std::size_t>(tap)];
          float* row = &out[base + (static_cast<std::size_t>(p) * steps + s) * count];
          for (int o = 0; o < count; ++o) row[o] = weights.at(first + o, channel, at.ky, at.kx);
        }
        ++s;
      }
  }
  return out;
}

}  // namespace inf::compiler
