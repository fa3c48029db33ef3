#include <algorithm>

#include "compiler/tiles/lower.h"
#include "compiler/tiles/schedule.h"

namespace inf::compiler {
namespace {

constexpr std::int64_t kAlignment = 4096;

struct Life {
  TensorId id = kNoTensor;
  int first = 0, last = 0;
  std::int64_t bytes = 0;
};

}  // namespace

void plan_memory(TileProgram& program) {
  const int end = static_cast<int>(program.ops.size());
  std::vector<Life> lives(program.tensors.size());
  for (std::size_t i = 0; i < lives.size(); ++i) {
    const TileTensor& t = program.tensors[i];
    Life& l = lives[i];
    l = {static_cast<TensorId>(i), end, -1,
         (elements(t.shape) * size_of(t.dtype) + kAlignment - 1) / kAlignment * kAlignment};
    if (t.role == TileTensor::Role::input) l.first = -1;
    if (t.role == TileTensor::Role::constant) l.first = -1, l.last = end;
    if (t.role == TileTensor::Role::output) l.last = end;
  }
  for (int i = 0; i < end; ++i) {
    const TileKind& tile = program.ops[static_cast<std::size_t>(i)].tile;
    std::vector<TensorId> touched = reads(tile);
    for (TensorId id : writes(tile)) touched.push_back(id);
    for (const auto& ids : {matrices_read(tile), matrices_written(tile)})
      for (MatrixId id : ids)
        if (program.matrix(id).spill != kNoTensor) touched.push_back(program.matrix(id).spill);
    for (TensorId id : touched) {
      Life& l = lives[static_cast<std::size_t>(program.root(id))];
      l.first = std::min(l.first, i);
      l.last = std::max(l.last, i);
    }
  }
  // What a round reads must last for all rounds.
  for (const auto& [open, close] : loops(program.ops))
    for (Life& l : lives)
      if (l.first < open && l.last >= open && l.last < close) l.last = close;
  // What one turn over the batch reads or writes is there through all turns.
  for (const auto& [first, last] : runs_in_turns(program))
    for (Life& l : lives) {
      if (l.first > first && l.first <= last) l.first = first;
      if (l.last >= first && l.last < last) l.last = last;
    }
  std::erase_if(
      lives, [&](const Life& l) { return program.tensor(l.id).parent != kNoTensor || program.tensor(l.id).in_planes; });
  std::stable_sort(lives.begin(), lives.end(), [](const Life& a, const Life& b) { return a.first < b.first; });
  std::vector<Life> placed;
  for (const Life& l : lives) {
    std::vector<std::pair<std::int64_t, std::int64_t>> taken;
    for (const Life& p : placed)
      if (p.first <= l.last && l.first <= p.last)
        taken.push_back({program.tensor(p.id).offset, program.tensor(p.id).offset + p.bytes});
    std::sort(taken.begin(), taken.end());
    std::int64_t at = 0;
    for (const auto& [lo, hi] : taken) {
      if (at + l.bytes <= lo) break;
      at = std::max(at, hi);
    }
    program.tensor(l.id).offset = at;
    program.dram_bytes = std::max(program.dram_bytes, at + l.bytes);
    placed.push_back(l);
  }
}

}  // namespace inf::compiler
