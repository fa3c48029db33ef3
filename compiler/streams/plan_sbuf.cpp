#include "compiler/streams/plan_sbuf.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/tiles/schedule.h"
#include "compiler/tiles/shortages.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace {

constexpr std::int64_t kAlignment = 64;
constexpr std::int64_t kBoundless = std::int64_t{1} << 40;

std::int64_t aligned(std::int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

std::vector<MatrixId> touched(const TileKind& tile) {
  std::vector<MatrixId> ids = matrices_read(tile);
  for (MatrixId id : matrices_written(tile)) ids.push_back(id);
  return ids;
}

bool streams_weights(const TileKind& tile) {
  return !touched(tile).empty() || !planes_read(tile).empty() || !planes_written(tile).empty();
}

/// SBUF bytes per partition that one operator allocates while it works.
class Workspace {
 public:
  Workspace(const TileProgram& program, const arch::ChipSpec& chip)
      : program_(program),
        chip_(chip),
        streams_(chip, false),
        dram_(program),
        matrices_(program, chip.sbuf.partitions),
        planes_(program) {}

  std::int64_t measure(const TileOp& op) {
    const TileKind& tile = op.tile;
    // Turns and borders of planes are not those of one emission; what their operators work in is set beforehand.
    if (!planes_written(tile).empty()) return workspace_on_planes(tile, chip_);
    SbufArena sbuf;
    PsumBanks psum(chip_.psum.banks);
    WeightRing weights(0, program_.weight_ring);
    Emission e{program_, chip_, streams_, sbuf, dram_, psum, matrices_, planes_, weights, Roles(chip_), {}};
    e.images = {0, op.group};  // one turn
    sbuf.turn(0, kBoundless);
    Generator g = emit(e, tile);
    while (g.resume()) {
    }
    return sbuf.take_high_water();
  }

 private:
  const TileProgram& program_;
  const arch::ChipSpec& chip_;
  StreamBuilder streams_;
  DramClocks dram_;
  MatrixClocks matrices_;
  PlaneClocks planes_;
};

class Planner {
 public:
  Planner(TileProgram& program, const arch::ChipSpec& chip)
      : program_(program),
        chip_(chip),
        end_(sbuf_end(program, chip)),
        lives_(matrix_lives(program)),
        need_(program.ops.size(), -1),
        pinned_(program.matrices.size(), false) {
    const std::int64_t residents = place_residents(program, chip).end;
    const std::vector<PlaneLife> planes = plane_lives(program);
    for (std::size_t i = 0; i < program.ops.size(); ++i)
      begin_.push_back(std::max(residents, planes_end(program, planes, i, chip.sbuf.partitions)));
    for (Matrix& m : program.matrices) m.offset = 0;
    for (const TileOp& op : program.ops)
      program.ceilings.push_back(end_ - (streams_weights(op.tile) ? program.weight_ring : 0));
    for (const TileOp& op : program.ops)
      if (const auto* linear = std::get_if<LinearTile>(&op.tile); linear && linear->w != kNoMatrix)
        pinned_[static_cast<std::size_t>(linear->w)] = true;
      else if (const auto* loop = std::get_if<LoopTile>(&op.tile))
        pinned_[static_cast<std::size_t>(loop->stop)] = true;
  }

  SbufPlan run() {
    for (bool fits = false; !fits;) {
      measure();
      fits = balance() && place();
    }
    program_.floors = begin_;
    for (std::size_t i = 0; i < need_.size(); ++i) {
      const Gap gap = gap_for(static_cast<int>(i));
      program_.floors[i] = gap.begin, program_.ceilings[i] = gap.end;
    }
    SbufPlan plan{end_, 0};
    for (std::size_t i = 0; i < need_.size(); ++i)
      plan.spare = std::min(plan.spare, program_.ceilings[i] - program_.floors[i] - need_[i]);
    for (std::size_t m = 0; m < lives_.size(); ++m)
      if (lives_[m].first >= 0 && !in_sbuf(m)) plan.spilled += bytes(m);
    return plan;
  }

 private:
  bool in_sbuf(std::size_t m) const { return lives_[m].first >= 0 && program_.matrices[m].spill == kNoTensor; }
  std::int64_t bytes(std::size_t m) const { return aligned(program_.matrices[m].bytes(chip_.sbuf.partitions)); }
  /// Where matrices must end while operator `i` works.
  std::int64_t limit(int i) const {
    const auto at = static_cast<std::size_t>(i);
    return program_.ceilings[at] - need_[at];
  }

  /// Bytes of constants and matrices that are there while operator `i` works.
  std::int64_t live(int i) const {
    std::int64_t sum = begin_[static_cast<std::size_t>(i)];
    for (std::size_t m = 0; m < lives_.size(); ++m)
      if (in_sbuf(m) && lives_[m].first <= i && i <= lives_[m].last) sum += bytes(m);
    return sum;
  }

  void measure() {
    Workspace workspace(program_, chip_);
    for (std::size_t i = 0; i < need_.size(); ++i)
      if (need_[i] < 0) need_[i] = workspace.measure(program_.ops[i]);
  }

  void spill(std::size_t m) {
    Matrix& matrix = program_.matrices[m];
    TileTensor t;
    t.name = matrix.name + ".spilled";
    t.dtype = matrix.dtype;
    t.shape = matrix.tokens() ? Shape{matrix.rows, matrix.slots()} : Shape{matrix.slots(), matrix.rows};
    program_.tensors.push_back(std::move(t));
    matrix.spill = static_cast<TensorId>(program_.tensors.size() - 1);
    for (std::size_t i = 0; i < need_.size(); ++i) {
      const std::vector<MatrixId> ids = touched(program_.ops[i].tile);
      if (std::count(ids.begin(), ids.end(), static_cast<MatrixId>(m)) > 0) need_[i] = -1;
    }
  }

  /// Spills the largest matrix that may go; what the operator itself works on goes last.
  void spill_at(int op) {
    const std::vector<MatrixId> own = touched(program_.ops[static_cast<std::size_t>(op)].tile);
    std::size_t best = lives_.size();
    const auto better = [&](std::size_t a, std::size_t b) {
      const bool mine_a = std::count(own.begin(), own.end(), static_cast<MatrixId>(a)) > 0,
                 mine_b = std::count(own.begin(), own.end(), static_cast<MatrixId>(b)) > 0;
      return mine_a != mine_b ? mine_b : bytes(a) > bytes(b);
    };
    for (std::size_t m = 0; m < lives_.size(); ++m)
      if (in_sbuf(m) && !pinned_[m] && lives_[m].first <= op && op <= lives_[m].last &&
          (best == lives_.size() || better(m, best)))
        best = m;
    if (best == lives_.size()) throw no_room(op, end_ - limit(op) + live(op));
    spill(best);
  }

  ShortageError no_room(int op, std::int64_t needed) const {
    const std::string where = fmt::format("node '{}'", program_.ops[static_cast<std::size_t>(op)].name);
    return {ErrorKind::unsupported,
            where,
            fmt::format("needs {} bytes of SBUF per partition, {} are usable", needed, end_),
            *sbuf_shortage(chip_, "SBUF for the values of one operator", std::max(needed, end_ + 1), end_),
            {"use a smaller batch or split the operator"}};
  }

  /// An operator that streams no weights may work where those of the next one would already come in. False when it does
  /// already.
  bool take_ring(int op) {
    const auto at = static_cast<std::size_t>(op);
    const auto* linear = std::get_if<LinearTile>(&program_.ops[at].tile);
    if ((linear && linear->w == kNoMatrix) || program_.ceilings[at] == end_) return false;
    program_.ceilings[at] = end_;
    return true;
  }

  /// Whether everything that lives at a time fits; otherwise one matrix less does.
  bool balance() {
    std::vector<std::int64_t> live = begin_;
    for (std::size_t m = 0; m < lives_.size(); ++m)
      if (in_sbuf(m))
        for (int i = lives_[m].first; i <= lives_[m].last; ++i) live[static_cast<std::size_t>(i)] += bytes(m);
    for (std::size_t i = 0; i < live.size(); ++i)
      if (live[i] > limit(static_cast<int>(i))) {
        if (take_ring(static_cast<int>(i))) return false;
        spill_at(static_cast<int>(i));
        return false;
      }
    return true;
  }

  /// First fit of one matrix beside those that are placed and live while it does.
  std::int64_t first_fit(std::size_t m, const std::vector<std::size_t>& placed) const {
    std::vector<std::pair<std::int64_t, std::int64_t>> taken;
    for (std::size_t p : placed)
      if (lives_[p].first <= lives_[m].last && lives_[m].first <= lives_[p].last)
        taken.push_back({program_.matrices[p].offset, program_.matrices[p].offset + bytes(p)});
    std::sort(taken.begin(), taken.end());
    std::int64_t at = 0;
    for (int i = lives_[m].first; i <= lives_[m].last; ++i) at = std::max(at, begin_[static_cast<std::size_t>(i)]);
    for (const auto& [lo, hi] : taken) {
      if (at + bytes(m) <= lo) break;
      at = std::max(at, hi);
    }
    return at;
  }

  /// A part of SBUF that no matrix has while an operator works.
  struct Gap {
    std::int64_t begin = 0, end = 0;
    std::int64_t bytes() const { return end - begin; }
  };
  /// Where operator `i` may work: above all matrices when that is enough, else in the largest gap.
  Gap gap_for(int i) const {
    std::vector<Gap> taken;
    for (std::size_t m = 0; m < lives_.size(); ++m)
      if (in_sbuf(m) && lives_[m].first <= i && i <= lives_[m].last)
        taken.push_back({program_.matrices[m].offset, program_.matrices[m].offset + bytes(m)});
    std::sort(taken.begin(), taken.end(), [](const Gap& a, const Gap& b) { return a.begin < b.begin; });
    const auto at = static_cast<std::size_t>(i);
    Gap best{begin_[at], begin_[at]}, top{begin_[at], program_.ceilings[at]};
    for (const Gap& t : taken) {
      if (t.begin - top.begin > best.bytes()) best = {top.begin, t.begin};
      top.begin = std::max(top.begin, t.end);
    }
    return top.bytes() >= need_[at] || top.bytes() >= best.bytes() ? top : best;
  }

  /// Where a matrix has no room: which one, and while which operator.
  struct NoRoom {
    std::size_t matrix = 0;
    int op = 0;
  };
  /// Places every matrix by first fit. `above`: operators work above all matrices; else in any gap.
  std::optional<NoRoom> place_in_order(const std::vector<std::size_t>& order, bool above) {
    std::vector<std::size_t> placed;
    for (std::size_t m : order) {
      const std::int64_t at = first_fit(m, placed);
      for (int i = lives_[m].first; i <= lives_[m].last; ++i)
        if (at + bytes(m) > (above ? limit(i) : program_.ceilings[static_cast<std::size_t>(i)])) return NoRoom{m, i};
      program_.matrices[m].offset = at;
      placed.push_back(m);
    }
    for (std::size_t i = 0; i < need_.size(); ++i)
      if (gap_for(static_cast<int>(i)).bytes() < need_[i]) return NoRoom{order.front(), static_cast<int>(i)};
    return std::nullopt;
  }

  /// In order of birth, or, where that leaves fragments, the largest first. False when neither does: an operator got
  /// more room or a matrix was spilled for it.
  bool place() {
    std::vector<std::size_t> order;
    for (std::size_t m = 0; m < lives_.size(); ++m)
      if (in_sbuf(m)) order.push_back(m);
    if (order.empty()) return true;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return lives_[a].first < lives_[b].first; });
    const std::optional<NoRoom> none = place_in_order(order, true);
    if (!none) return true;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return bytes(a) > bytes(b); });
    if (!place_in_order(order, true)) return true;
    const std::optional<NoRoom> gaps = place_in_order(order, false);
    if (!gaps) return true;
    if (take_ring(gaps->op)) return false;
    pinned_[none->matrix] ? spill_at(none->op) : spill(none->matrix);
    return false;
  }

  TileProgram& program_;
  const arch::ChipSpec& chip_;
  std::vector<std::int64_t> begin_;  ///< by operator: where constants and planes end
  std::int64_t end_;
  std::vector<MatrixLife> lives_;
  std::vector<std::int64_t> need_;  ///< by operator; -1: not measured
  std::vector<bool> pinned_;        ///< matrices that products read as weights: they must be whole in SBUF
};

}  // namespace

std::vector<MatrixLife> matrix_lives(const TileProgram& program) {
  std::vector<MatrixLife> lives(program.matrices.size());
  for (std::size_t i = 0; i < program.ops.size(); ++i)
    for (MatrixId id : touched(program.ops[i].tile)) {
      MatrixLife& l = lives[static_cast<std::size_t>(id)];
      if (l.first < 0) l.first = static_cast<int>(i);
      l.last = static_cast<int>(i);
    }
  for (const auto& [open, close] : loops(program.ops))  // what a round reads must last for all rounds
    for (MatrixLife& l : lives)
      if (l.first < open && l.last >= open && l.last < close) l.last = close;
  for (const auto& [first, last] : runs_in_turns(program))  // what one turn writes is there through all turns
    for (MatrixLife& l : lives) {
      if (l.first > first && l.first <= last) l.first = first;
      if (l.last >= first && l.last < last) l.last = last;
    }
  return lives;
}

Residents place_residents(const TileProgram& program, const arch::ChipSpec& chip) {
  Residents r;
  r.identity = aligned(static_cast<std::int64_t>(program.params.size()) * 4);
  r.end = aligned(r.identity + (program.needs_identity ? chip.sbuf.partitions * size_of(program.storage) : 0));
  return r;
}

std::pair<std::int64_t, std::int64_t> arena_of(const TileProgram& program, std::size_t op, const arch::ChipSpec& chip,
                                               const Residents& residents) {
  const std::int64_t begin = program.floors.empty() ? residents.end : program.floors[op];
  return {begin, program.ceilings.empty() ? sbuf_end(program, chip) : program.ceilings[op]};
}

std::int64_t sbuf_end(const TileProgram& program, const arch::ChipSpec& chip) {
  return chip.sbuf_usable() - program.kept;
}

SbufPlan plan_sbuf(TileProgram& program, const arch::ChipSpec& chip) {
  return program.matrices.empty() && program.planes.empty() ? SbufPlan{} : Planner(program, chip).run();
}

}  // namespace inf::compiler
