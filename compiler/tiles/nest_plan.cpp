#include "compiler/tiles/nest_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "compiler/tiles/conv_plan.h"
#include "compiler/tiles/estimate.h"
#include "isa/arch/cost.h"
#include "isa/program/rules.h"

namespace inf::compiler {
namespace {

constexpr std::size_t kFreeAxes = 4;
/// Elements per partition of one tile: enough to hide the fixed cost of instructions and DMA.
constexpr std::int64_t kFewest = 512, kMost = 8192;

DType dtype_of(const TileProgram& program, TensorId id) { return program.tensor(program.root(id)).dtype; }

template <class F>
void for_each_operand(NestTile& t, F f) {
  for (NestOperand& o : t.in)
    if (o.tensor != kNoTensor) f(o);
  f(t.y);
}

/// Drops axes of one position and joins neighbours that run on in every operand.
void simplify(NestTile& t) {
  NestTile out = t;
  out.size.clear();
  for_each_operand(out, [](NestOperand& o) { o.step.clear(); });
  for (std::size_t i = 0; i < t.size.size(); ++i) {
    if (t.size[i] == 1) continue;
    bool joins = !out.size.empty();
    std::vector<std::int64_t> step;
    for_each_operand(t, [&](NestOperand& o) { step.push_back(o.step[i]); });
    std::size_t k = 0;
    for_each_operand(out, [&](NestOperand& o) {
      joins = joins && o.step.back() == step[k] * t.size[i];
      ++k;
    });
    k = 0;
    for_each_operand(out, [&](NestOperand& o) {
      if (joins)
        o.step.back() = step[k++];
      else
        o.step.push_back(step[k++]);
    });
    if (joins)
      out.size.back() *= t.size[i];
    else
      out.size.push_back(t.size[i]);
  }
  t = out;
}

/// Moves axis `from` to the place `to`.
void move_axis(NestTile& t, std::size_t from, std::size_t to) {
  const auto move = [&](std::vector<std::int64_t>& v) {
    const std::int64_t value = v[from];
    v.erase(v.begin() + static_cast<std::ptrdiff_t>(from));
    v.insert(v.begin() + static_cast<std::ptrdiff_t>(to), value);
  };
  move(t.size);
  for_each_operand(t, [&](NestOperand& o) { move(o.step); });
}

/// Splits axis `i` into `outer` groups of `size / outer` neighbours.
void split_axis(NestTile& t, std::size_t i, std::int64_t outer) {
  const std::int64_t inner = t.size[i] / outer;
  const auto at = static_cast<std::ptrdiff_t>(i);
  t.size[i] = outer;
  t.size.insert(t.size.begin() + at + 1, inner);
  for_each_operand(t, [&](NestOperand& o) {
    const std::int64_t unit = o.step[i];
    o.step[i] = unit * inner;
    o.step.insert(o.step.begin() + at + 1, unit);
  });
}

std::int64_t sbuf_bytes(const TileProgram& program, const NestTile& t, const arch::ChipSpec& chip) {
  const std::vector<std::int64_t> count = full_tile(t);
  const std::int64_t all = nest_layout(t, t.y, count).elements;
  const auto rounded = [](std::int64_t bytes) { return (bytes + 63) / 64 * 64; };
  std::int64_t bytes =
      kBandSlots * (rounded(all * size_of(dtype_of(program, t.y.tensor))) + nest_buffers(t) * rounded(all * 4) +
                    (needs_scratch(t.act) ? rounded(all * 4) : 0));
  for (const NestOperand& o : t.in)
    if (o.tensor != kNoTensor)
      bytes += (is_kept(t, o, chip) ? 1 : kBandSlots) *
               rounded(nest_layout(t, o, count).elements * size_of(dtype_of(program, o.tensor)));
  return bytes;
}

/// Axis `i` on partitions; the innermost others become free axes until a tile has `want` elements, the rest loops.
NestTile arranged(const NestTile& t, std::size_t i, std::int64_t want) {
  NestTile c = t;
  std::int64_t reached = 1;
  std::size_t first = c.size.size(), free = 0;
  while (first > 0 && free < kFreeAxes && (free == 0 || reached < want)) {
    --first;
    if (first == i) continue;
    ++free;
    c.piece = std::clamp<std::int64_t>(want / reached, 1, c.size[first]);
    reached *= c.piece;
    if (c.piece < c.size[first]) break;
  }
  // Free axes are the last `free` that are not axis i; it goes right before them.
  c.loops = static_cast<int>(c.size.size() - 1 - free);
  move_axis(c, i, static_cast<std::size_t>(c.loops));
  return c;
}

double load_ns(const TileProgram& program, const NestTile& t, const NestOperand& o, const arch::ChipSpec& chip) {
  const NestLayout layout = nest_layout(t, o, full_tile(t));
  std::int64_t run = 1;
  for (std::size_t i = kFreeAxes; i-- > 0;) {
    const Dim& d = layout.dram.dims[i];
    if (d.count == 1) continue;
    if (d.step != run) break;
    run *= d.count;
  }
  const std::int64_t partitions = std::min<std::int64_t>(t.size[t.partition_axis()], chip.sbuf.partitions);
  const std::int64_t each =
      (partitions + arch::dma_engines_used(chip.dma, partitions) - 1) / arch::dma_engines_used(chip.dma, partitions);
  return arch::dma_share_ns(chip.dma, each * layout.elements / run, run * size_of(dtype_of(program, o.tensor)));
}

/// Vector elements that one element of the result costs.
double vector_passes(const TileProgram& program, const NestTile& t, const arch::ChipSpec& chip) {
  const auto is_bf16 = [&](const NestOperand& o) { return dtype_of(program, o.tensor) == DType::bf16; };
  switch (t.kind) {
    case NestTile::Kind::copy: return 1;
    case NestTile::Kind::truncate: return 9;
    case NestTile::Kind::where: return 1 + 2;
    case NestTile::Kind::binary: break;
  }
  if (t.op == Binary::Op::div) return 3;
  if (t.in[0].tensor == kNoTensor || t.in[1].tensor == kNoTensor) return 1;
  const bool sums = t.op == Binary::Op::add || t.op == Binary::Op::sub || t.op == Binary::Op::mul;
  return chip.vector.bf16_fast_modes && sums && is_bf16(t.in[0]) && is_bf16(t.in[1]) && is_bf16(t.y) ? 1 : 2;
}

/// What candidates are compared by. The first and the last tile overlap with nothing, and part of the latency of two
/// transfers shows each time a buffer is filled and emptied.
struct NestCost {
  OpEstimate estimate;
  double tiles = 1, round_ns = 0;
  double ns() const {
    return total_ns(estimate) + tiles * round_ns / (2 * kBandSlots) +
           (estimate.vector_ns + estimate.scalar_ns + estimate.dma_ns) / tiles;
  }
};

NestCost cost_of(const TileProgram& program, const NestTile& t, const arch::ChipSpec& chip) {
  const std::vector<std::int64_t> count = full_tile(t);
  const std::int64_t all = nest_layout(t, t.y, count).elements;
  double tiles = 1;
  for (int i = 0; i < t.loops; ++i) tiles *= static_cast<double>(t.size[static_cast<std::size_t>(i)]);
  const auto ceil_div = [](std::int64_t a, std::int64_t b) { return static_cast<double>((a + b - 1) / b); };
  tiles *= ceil_div(t.size[t.partition_axis()], chip.sbuf.partitions) * ceil_div(t.size[t.free_axis()], t.piece);
  OpEstimate e;
  e.vector_ns = tiles * lane_ns(chip.vector, std::max(static_cast<double>(chip.vector.min_interval),
                                                      vector_passes(program, t, chip) * static_cast<double>(all)));
  if (t.act.fn != Act::none)
    e.scalar_ns = tiles * lane_ns(chip.scalar, static_cast<double>(std::max(chip.scalar.min_interval, all)));
  e.dma_ns = tiles * load_ns(program, t, t.y, chip);
  for (const NestOperand& o : t.in)
    if (o.tensor != kNoTensor) e.dma_ns += (is_kept(t, o, chip) ? 1 : tiles) * load_ns(program, t, o, chip);
  e.decision = fmt::format("{} of {} on partitions, {} elements of each in a tile", t.size[t.partition_axis()],
                           elements(t.size), all);
  return {e, tiles, 2 * static_cast<double>(chip.dma.start_ns + chip.semaphores.dma_visibility_ns)};
}

}  // namespace

std::vector<std::int64_t> full_tile(const NestTile& t) {
  std::vector<std::int64_t> count(t.size.begin() + static_cast<std::ptrdiff_t>(t.free_axis()), t.size.end());
  count[0] = t.piece;
  return count;
}

NestLayout nest_layout(const NestTile& t, const NestOperand& operand, const std::vector<std::int64_t>& count) {
  std::vector<std::size_t> order;  // axes that the operand walks, longest step first
  const auto step = [&](std::size_t i) { return operand.step[t.free_axis() + i]; };
  for (std::size_t i = 0; i < count.size(); ++i)
    if (step(i) != 0 && count[i] > 1) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return std::abs(step(a)) > std::abs(step(b)); });
  NestLayout out;
  for (std::size_t i = 0; i < count.size(); ++i)
    out.sbuf.dims[kFreeAxes - count.size() + i] = {0, static_cast<std::uint32_t>(count[i])};
  for (std::size_t k = order.size(); k-- > 0;) {
    const std::size_t i = order[k], at = kFreeAxes - order.size() + k;
    out.dram.dims[at] = {static_cast<std::int32_t>(step(i)), static_cast<std::uint32_t>(count[i])};
    out.sbuf.dims[kFreeAxes - count.size() + i].step = static_cast<std::int32_t>(out.elements);
    out.elements *= count[i];
  }
  return out;
}

bool is_kept(const NestTile& t, const NestOperand& operand, const arch::ChipSpec& chip) {
  const auto stays = [&](std::size_t axis, bool whole) { return whole || operand.step[axis] == 0; };
  for (std::size_t i = 0; i < t.partition_axis(); ++i)
    if (!stays(i, t.size[i] == 1)) return false;
  return stays(t.partition_axis(), t.size[t.partition_axis()] <= chip.sbuf.partitions) &&
         stays(t.free_axis(), t.piece == t.size[t.free_axis()]);
}

int nest_buffers(const NestTile& t) {
  switch (t.kind) {
    case NestTile::Kind::copy: return 0;
    case NestTile::Kind::where: return 1;
    case NestTile::Kind::truncate: return 3;
    case NestTile::Kind::binary: return t.op == Binary::Op::div || t.act.fn != Act::none ? 1 : 0;
  }
  return 0;
}

std::vector<NestPlan> plan_nest(const TileProgram& program, NestTile nest, const arch::ChipSpec& chip) {
  simplify(nest);
  if (nest.size.empty()) {
    nest.size = {1};
    for_each_operand(nest, [](NestOperand& o) { o.step = {0}; });
  }
  struct Candidate {
    NestTile tile;
    NestCost cost;
    std::size_t axis = 0;
    std::int64_t rest = 0;  ///< positions of `axis` that are left over
  };
  std::optional<Candidate> best;
  const auto consider = [&](NestTile t, std::size_t axis, std::int64_t rest) {
    if (t.size.size() == 1) {
      t.size.push_back(1);
      for_each_operand(t, [](NestOperand& o) { o.step.push_back(0); });
    }
    for (std::int64_t want = kMost; want > 0; want /= 2) {
      NestTile c = arranged(t, axis, want);
      if (sbuf_bytes(program, c, chip) > sbuf_budget(chip)) continue;
      NestCost cost = cost_of(program, c, chip);
      if (!best || cost.ns() < best->cost.ns()) best = Candidate{std::move(c), std::move(cost), axis, rest};
      if (want <= kFewest) break;
    }
  };
  for (std::size_t i = 0; i < nest.size.size(); ++i) {
    const std::int64_t n = nest.size[i];
    consider(nest, i, 0);
    for (std::int64_t lanes = chip.sbuf.partitions; lanes >= 1; lanes /= 2) {
      if (lanes >= n) continue;
      std::int64_t groups = 0;  // that divide the axis, or leave little of it
      for (std::int64_t d = lanes; d > lanes / 2 && groups == 0; --d)
        if (n % d == 0) groups = d;
      const std::int64_t each = groups > 0 ? n / groups : (n + lanes - 1) / lanes;
      NestTile t = nest;
      t.size[i] = n / each * each;
      split_axis(t, i, n / each);
      consider(std::move(t), i, n % each);
    }
  }
  std::vector<NestPlan> plans{{best->tile, best->cost.estimate}};
  if (best->rest > 0) {
    NestTile tail = nest;
    const std::int64_t done = nest.size[best->axis] - best->rest;
    tail.size[best->axis] = best->rest;
    for_each_operand(tail, [&](NestOperand& o) { o.start += done * o.step[best->axis]; });
    for (NestPlan& p : plan_nest(program, std::move(tail), chip)) plans.push_back(std::move(p));
  }
  return plans;
}

}  // namespace inf::compiler
