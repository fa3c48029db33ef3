#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tools/workflow/recorded_run.h"
#include "tools/workflow/trace/core_tracks.h"

namespace inf::workflow {

/// A slice of an engine's row: one instruction, or several that make a tile.
struct StepSlice {
  EngineRow row = EngineRow::stream;
  std::int32_t op = -1;
  Tick start, end;
  Tick busy;  ///< of it, the engine's busy time, as EngineCounters counts it: sums over the engine's rows to that
  std::uint32_t first = 0, count = 0;  ///< of EngineSlices::steps of that row
};

/// The slices of one engine, in the order of its stream on each row.
struct EngineSlices {
  std::array<std::vector<std::uint32_t>, kEngineRows> steps;  ///< indices into Recording::steps, by row
  std::vector<StepSlice> slices;

  std::span<const std::uint32_t> steps_of(const StepSlice& s) const {
    return std::span(steps[static_cast<std::size_t>(s.row)]).subspan(s.first, s.count);
  }
};

/// The row on which an instruction is drawn. A trigger of a transfer is on the sequencer's until it is handed over.
EngineRow row_of(const sim::RecordedStep& step);
/// When it is drawn: the time in which the datapath works, or the sequencer hands a transfer over.
inline Tick drawn_end(const sim::RecordedStep& step) {
  return step.end > step.start ? step.end : isa::dma_queue(step.inst.op) ? step.visible : step.end;
}

/// At the level of instructions each is a slice. At the level of tiles a slice holds the instructions of one operator
/// up to and including one for whose signal another engine waited, and up to, not including, one that waits: nothing
/// arrives or leaves in the middle. Instructions of the sequencer stay single.
std::array<EngineSlices, arch::kEngines> slice_steps(const sim::Recording& recording, Detail level);

}  // namespace inf::workflow
