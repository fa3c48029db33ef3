#include "compiler/pipeline/keep_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "compiler/pipeline/batch_rounds.h"
#include "compiler/streams/constant_layout.h"
#include "compiler/tiles/estimate.h"
#include "compiler/tiles/schedule.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace {

constexpr std::int64_t kAlignment = 64;
/// A room that turned out too large is tried again this much smaller, so often.
constexpr std::int64_t kShrinkDivisor = 8;
constexpr int kTries = 3;

/// What of SBUF is for weights. Units: bytes per partition.
struct Room {
  std::int64_t ring = 0;  ///< streaming ones pass through; 0: none stream
  std::int64_t kept = 0;  ///< those that stay
};

/// A constant that may stay, over all operators that use it.
struct Candidate {
  ConstantLayout layout;
  double gain_ns = 0;  ///< by the estimates of its operators when it stays
  std::vector<std::size_t> ops;
};

std::int64_t bytes_of(const TileProgram& program, TensorId id) {
  const TileTensor& t = program.tensor(id);
  return elements(t.shape) * size_of(t.dtype);
}

OpEstimate less_dma(OpEstimate e, double ns) {
  e.dma_ns = std::max(0.0, e.dma_ns - ns);
  return e;
}

std::vector<Candidate> candidates(const Lowered& lowered, const arch::ChipSpec& chip) {
  std::vector<Candidate> list;
  std::map<TensorId, std::size_t> known;
  for (std::size_t i = 0; i < lowered.program.ops.size(); ++i)
    for (ConstantLayout& layout : constant_layouts(lowered.program, lowered.program.ops[i].tile, chip)) {
      const auto [at, fresh] = known.try_emplace(layout.tensor, list.size());
      if (fresh) list.push_back({std::move(layout), 0, {}});
      Candidate& c = list[at->second];
      const std::int64_t bytes = bytes_of(lowered.program, at->first);
      const OpEstimate& e = lowered.estimates[i];
      c.gain_ns += total_ns(e) - total_ns(less_dma(e, dma_ns(chip, static_cast<double>(bytes))));
      c.ops.push_back(i);
    }
  return list;
}

std::int64_t sum_bytes(const std::vector<Candidate>& list) {
  return std::accumulate(list.begin(), list.end(), std::int64_t{0},
                         [](std::int64_t sum, const Candidate& c) { return sum + c.layout.bytes; });
}

/// Bytes per partition of the first pieces that fit into `room` together.
std::int64_t fitting(const ConstantLayout& layout, std::int64_t room) {
  if (layout.bytes <= room) return layout.bytes;
  std::int64_t fits = 0;
  if (layout.splits)
    for (const ConstantPiece& piece : layout.pieces)
      if (piece.at <= room) fits = piece.at;
  return fits;
}

void note_decision(Lowered& lowered, const Candidate& c, double share, const arch::ChipSpec& chip) {
  const double bytes = static_cast<double>(bytes_of(lowered.program, c.layout.tensor));
  for (const std::size_t op : c.ops) {
    OpEstimate& e = lowered.estimates[op];
    e = less_dma(e, share * dma_ns(chip, bytes));
    set_bound(e);
    e.decision += share == 1 ? ", weights stay in SBUF" : fmt::format(", {:.0f} % of them stay in SBUF", share * 100);
    auto* linear = std::get_if<LinearTile>(&lowered.program.ops[op].tile);
    if (linear && share == 1) linear->chunk_blocks = static_cast<std::int64_t>(c.layout.pieces.size());
  }
}

/// Bytes of a constant of which the first `kept` bytes of each partition stay.
std::int64_t staying(const TileProgram& program, const ConstantLayout& layout, std::int64_t kept) {
  std::int64_t sum = 0;
  for (const ConstantPiece& piece : layout.pieces)
    if (piece.at < kept) sum += piece.partitions * piece.run * size_of(program.tensor(layout.tensor).dtype);
  return sum;
}

/// Neighbouring numbers far apart, each half of a range before its quarters.
std::uint32_t reversed_bits(std::uint32_t n) {
  std::uint32_t out = 0;
  for (int i = 0; i < 32; ++i) out = out << 1 | (n >> i & 1);
  return out;
}

/// Gives the last usable bytes of SBUF to the constants that gain most for each byte.
void pin(Lowered& lowered, std::int64_t kept, const arch::ChipSpec& chip) {
  std::vector<Candidate> list = candidates(lowered, chip);
  // Equal gains spread over the program: where neighbours all stay, the ring fills and the DMA engines then rest.
  const auto rank = [](const Candidate& c) {
    const auto per_byte = static_cast<std::int64_t>(1000 * c.gain_ns / static_cast<double>(c.layout.bytes));
    return std::pair{-per_byte, reversed_bits(static_cast<std::uint32_t>(c.ops.front()))};
  };
  std::stable_sort(list.begin(), list.end(), [&](const Candidate& a, const Candidate& b) { return rank(a) < rank(b); });
  std::int64_t at = chip.sbuf_usable() - kept;
  for (const Candidate& c : list) {
    const std::int64_t fits = fitting(c.layout, chip.sbuf_usable() - at);
    if (fits == 0) continue;
    TileTensor& t = lowered.program.tensor(c.layout.tensor);
    t.pin = at, t.pinned = fits;
    at += fits;
    const double all = static_cast<double>(staying(lowered.program, c.layout, c.layout.bytes));
    note_decision(lowered, c, static_cast<double>(staying(lowered.program, c.layout, fits)) / all, chip);
  }
}

double sum_ns(const Lowered& lowered) {
  double sum = 0;
  for (const OpEstimate& e : lowered.estimates) sum += total_ns(e);
  return sum;
}

/// Whether two lowerings of one graph add up in the same order, so that no bit differs.
bool same_arithmetic(const TileProgram& a, const TileProgram& b) {
  if (a.ops.size() != b.ops.size()) return false;
  for (std::size_t i = 0; i < a.ops.size(); ++i) {
    const TileKind &x = a.ops[i].tile, &y = b.ops[i].tile;
    if (x.index() != y.index()) return false;
    if (const auto* c = std::get_if<ConvTile>(&x), *d = std::get_if<ConvTile>(&y);
        c && (c->replicas != d->replicas || c->planes.y.any() != d->planes.y.any()))
      return false;
    if (const auto* c = std::get_if<LineTile>(&x), *d = std::get_if<LineTile>(&y); c && c->piece != d->piece)
      return false;
    if (const auto* c = std::get_if<AttentionTile>(&x), *d = std::get_if<AttentionTile>(&y);
        c && (c->pack != d->pack || c->row_tile != d->row_tile))
      return false;
  }
  return true;
}

struct Attempt {
  PlannedTiles planned;
  double ns = 0;
};

class Planner {
 public:
  Planner(const Graph& graph, const arch::ChipSpec& chip, const CompileOptions& options, std::int64_t rounds,
          const PlannedTiles& streaming)
      : graph_(graph), chip_(chip), options_(options), rounds_(rounds), streaming_(streaming) {}

  /// The fastest of what keeps weights; nothing where none does or none is possible.
  std::optional<Attempt> best() const {
    const std::int64_t all = sum_bytes(candidates(streaming_.lowered, chip_));
    if (all == 0) return std::nullopt;
    if (std::optional<Attempt> everything = try_room({0, all})) return everything;
    // Beside planes there is no room worth it.
    if (!streaming_.lowered.program.planes.empty()) return std::nullopt;
    return beside_ring(weight_ring_bytes(chip_));
  }

 private:
  /// Nothing where weights are left that neither stay nor have a ring.
  std::optional<Attempt> attempt(const Room& room) const {
    Graph graph = graph_;
    arch::ChipSpec narrow = chip_;
    narrow.sbuf.reserved_per_partition += static_cast<int>(room.kept);
    Attempt a{{lower_in_rounds(graph, rounds_, narrow, options_, room.ring), {}}, 0};
    TileProgram& program = a.planned.lowered.program;
    program.kept = room.kept;
    pin(a.planned.lowered, room.kept, chip_);
    for (const Candidate& c : candidates(a.planned.lowered, chip_))
      if (room.ring == 0 && program.tensor(c.layout.tensor).pinned < c.layout.bytes) return std::nullopt;
    a.planned.sbuf = plan_sbuf(program, chip_);
    a.ns = sum_ns(a.planned.lowered);
    return a;
  }

  /// Nothing where that does not fit, spills more, or adds up in another order than the streaming program.
  std::optional<Attempt> try_room(const Room& room) const {
    if (chip_.sbuf_usable() - room.kept - kResidentBytes < kResidentBytes) return std::nullopt;
    try {
      std::optional<Attempt> a = attempt(room);
      const bool same = a && a->planned.sbuf.spilled <= streaming_.sbuf.spilled &&
                        same_arithmetic(a->planned.lowered.program, streaming_.lowered.program);
      return same ? std::move(a) : std::nullopt;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unsupported) throw;
      return std::nullopt;
    }
  }

  /// As much as fits beside a ring of this size.
  std::optional<Attempt> beside_ring(std::int64_t ring) const {
    const std::optional<Attempt> empty = try_room({ring, 0});
    if (!empty) return std::nullopt;
    const std::int64_t all = sum_bytes(candidates(empty->planned.lowered, chip_));
    std::int64_t kept = std::min(all, empty->planned.sbuf.spare / kAlignment * kAlignment);
    for (int i = 0; i < kTries && kept > 0; ++i, kept -= kept / kShrinkDivisor / kAlignment * kAlignment)
      if (std::optional<Attempt> a = try_room({ring, kept})) return a;
    return std::nullopt;
  }

  const Graph& graph_;
  const arch::ChipSpec& chip_;
  const CompileOptions& options_;
  const std::int64_t rounds_;
  const PlannedTiles& streaming_;
};

}  // namespace

WeightUse weight_use(const Lowered& lowered, const arch::ChipSpec& chip) {
  WeightUse use;
  for (const Candidate& c : candidates(lowered, chip)) {
    const std::int64_t resident = staying(lowered.program, c.layout, lowered.program.tensor(c.layout.tensor).pinned);
    const std::int64_t bytes = staying(lowered.program, c.layout, c.layout.bytes);
    use.bytes += bytes;
    use.resident += resident;
    for (const std::size_t op : c.ops)
      use.streamed += (bytes - resident) * turns(lowered.program, lowered.program.ops[op]);
  }
  std::set<TensorId> counted;
  for (const TileOp& op : lowered.program.ops)  // convolutions on bands load theirs in each call
    if (const auto* conv = std::get_if<ConvTile>(&op.tile); conv && !conv->planes.y.any()) {
      const std::int64_t bytes = bytes_of(lowered.program, conv->weights);
      use.streamed += bytes;
      if (counted.insert(conv->weights).second) use.bytes += bytes;
    }
  use.stream_ns = dma_ns(chip, static_cast<double>(use.streamed));
  return use;
}

Lowered keep_weights(const Graph& graph, const arch::ChipSpec& chip, const CompileOptions& options, std::int64_t rounds,
                     PlannedTiles streaming) {
  std::optional<Attempt> best = Planner(graph, chip, options, rounds, streaming).best();
  Lowered chosen =
      best && best->ns < sum_ns(streaming.lowered) ? std::move(best->planned.lowered) : std::move(streaming.lowered);
  chosen.program.loads_once = true;
  return chosen;
}

}  // namespace inf::compiler
