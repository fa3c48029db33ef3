#include "compiler/tiles/schedule.h"

#include <algorithm>

#include "compiler/tiles/estimate.h"
#include "compiler/tiles/plane_plan.h"

namespace inf::compiler {
namespace {

/// Operators [first, last) that share a group size.
struct Run {
  std::size_t first = 0, last = 0;
  std::int64_t group = 0;
};

std::vector<Run> runs(const std::vector<TileOp>& ops) {
  std::vector<Run> list;
  for (std::size_t i = 0; i < ops.size(); ++i)
    if (!list.empty() && ops[i].group > 0 && list.back().group == ops[i].group)
      list.back().last = i + 1;
    else
      list.push_back({i, i + 1, ops[i].group});
  return list;
}

}  // namespace

std::int64_t workspace_on_planes(const TileKind& tile, const arch::ChipSpec& chip) {
  const auto* conv = std::get_if<ConvTile>(&tile);
  const auto* pool = std::get_if<PoolTile>(&tile);
  const bool bands = (conv && conv->planes.x == kNoPlane) || (pool && pool->planes.x == kNoPlane);
  return plane_workspace(chip, bands);
}

std::int64_t turns(const TileProgram& program, const TileOp& op) {
  return op.group > 0 ? (program.images + op.group - 1) / op.group : 1;
}

bool is_last(const TileProgram& program, const Step& step) {
  return step.images == 0 || step.first + step.images == program.images;
}

std::vector<std::pair<int, int>> runs_in_turns(const TileProgram& program) {
  std::vector<std::pair<int, int>> list;
  for (const Run& run : runs(program.ops))
    if (run.group > 0) list.push_back({static_cast<int>(run.first), static_cast<int>(run.last) - 1});
  return list;
}

std::vector<Step> schedule(const TileProgram& program) {
  std::vector<Step> steps;
  for (const Run& run : runs(program.ops))
    for (std::int64_t image = 0; image < std::max<std::int64_t>(run.group > 0 ? program.images : 1, 1);
         image += std::max<std::int64_t>(run.group, 1))
      for (std::size_t op = run.first; op < run.last; ++op)
        steps.push_back({op, image, run.group > 0 ? std::min(run.group, program.images - image) : 0});
  return steps;
}

bool is_partial(const TileProgram& program, PlaneId plane) {
  return program.planes[static_cast<std::size_t>(plane)].images < program.images;
}

std::vector<PlaneLife> plane_lives(const TileProgram& program) {
  std::vector<PlaneLife> lives(program.planes.size());
  for (std::size_t i = 0; i < program.ops.size(); ++i)
    for (const auto& ids : {planes_read(program.ops[i].tile), planes_written(program.ops[i].tile)})
      for (const PlaneId id : ids) {
        PlaneLife& l = lives[static_cast<std::size_t>(id)];
        if (l.first < 0) l.first = static_cast<int>(i);
        l.last = static_cast<int>(i);
      }
  for (const auto& [first, last] : runs_in_turns(program)) {
    for (std::size_t p = 0; p < lives.size(); ++p) {
      if (lives[p].first < 0 || is_partial(program, static_cast<PlaneId>(p))) continue;
      PlaneLife& l = lives[p];
      if (l.first > first && l.first <= last) l.first = first;
      if (l.last >= first && l.last < last) l.last = last;
    }
  }
  return lives;
}

std::int64_t planes_end(const TileProgram& program, const std::vector<PlaneLife>& lives, std::size_t op,
                        int partitions) {
  std::int64_t end = 0;
  for (std::size_t p = 0; p < lives.size(); ++p)
    if (lives[p].first >= 0 && lives[p].first <= static_cast<int>(op) && static_cast<int>(op) <= lives[p].last)
      end = std::max(end, program.planes[p].offset + program.planes[p].bytes(partitions));
  return (end + 63) / 64 * 64;
}

namespace {

/// First fit in the given order; false when a plane finds no room.
bool place_in_order(TileProgram& program, const arch::ChipSpec& chip, const std::vector<PlaneLife>& lives,
                    const std::vector<std::size_t>& order) {
  const auto bytes = [&](std::size_t p) { return (program.planes[p].bytes(chip.sbuf.partitions) + 63) / 64 * 64; };
  std::vector<std::size_t> placed;
  for (const std::size_t p : order) {
    std::vector<std::pair<std::int64_t, std::int64_t>> taken;
    for (const std::size_t q : placed)
      if (lives[q].first <= lives[p].last && lives[p].first <= lives[q].last)
        taken.push_back({program.planes[q].offset, program.planes[q].offset + bytes(q)});
    std::sort(taken.begin(), taken.end());
    std::int64_t at = kResidentBytes;
    for (const auto& [lo, hi] : taken) {
      if (at + bytes(p) <= lo) break;
      at = std::max(at, hi);
    }
    for (int i = lives[p].first; i <= lives[p].last; ++i)
      if (at + bytes(p) + workspace_on_planes(program.ops[static_cast<std::size_t>(i)].tile, chip) >
          chip.sbuf_usable() - program.weight_ring)
        return false;
    program.planes[p].offset = at;
    placed.push_back(p);
  }
  return true;
}

}  // namespace

bool place_planes(TileProgram& program, const arch::ChipSpec& chip) {
  const std::vector<PlaneLife> lives = plane_lives(program);
  std::vector<std::size_t> order;
  for (std::size_t p = 0; p < lives.size(); ++p)
    if (lives[p].first >= 0) order.push_back(p);
  const auto length = [&](std::size_t p) { return lives[p].last - lives[p].first; };
  const auto bytes = [&](std::size_t p) { return program.planes[p].bytes(chip.sbuf.partitions); };
  const auto try_order = [&](auto&& before) {
    std::stable_sort(order.begin(), order.end(), before);
    return place_in_order(program, chip, lives, order);
  };
  // No order is best: those that live longest first, the largest first, or as they come.
  return try_order([&](std::size_t a, std::size_t b) { return length(a) > length(b); }) ||
         try_order([&](std::size_t a, std::size_t b) { return bytes(a) > bytes(b); }) ||
         try_order([&](std::size_t a, std::size_t b) { return lives[a].first < lives[b].first; });
}

}  // namespace inf::compiler
