#include "tools/workflow/trace/step_slices.h"

#include <algorithm>
#include <variant>

namespace inf::workflow {
namespace {

using sim::EventRef;
using sim::RecordedStep;

/// Steps for whose signal another engine waited.
std::vector<bool> handed_on(const sim::Recording& recording) {
  std::vector<bool> handed(recording.steps.size());
  for (const RecordedStep& step : recording.steps)
    for (const EventRef by : step.waited_for)
      if (by.kind == EventRef::Kind::step && recording.steps[by.index].engine != step.engine) handed[by.index] = true;
  return handed;
}

/// Puts the steps of one engine into slices as they come.
class Slicer {
 public:
  explicit Slicer(EngineSlices& out) : out_(out) { open_.fill(kNone); }

  void add(std::uint32_t index, const RecordedStep& step, bool alone) {
    const EngineRow row = row_of(step);
    const auto r = static_cast<std::size_t>(row);
    const bool waits =
        step.waited_for[0].kind != EventRef::Kind::none || step.waited_for[1].kind != EventRef::Kind::none;
    if (alone || waits || step.op != op_) open_.fill(kNone);
    if (row == EngineRow::sequencer) open_[r] = kNone;
    op_ = step.op;
    if (open_[r] == kNone) {
      open_[r] = out_.slices.size();
      out_.slices.push_back({.row = row,
                             .op = step.op,
                             .start = step.start,
                             .end = step.start,
                             .first = static_cast<std::uint32_t>(out_.steps[r].size())});
    }
    StepSlice& slice = out_.slices[open_[r]];
    slice.end = std::max(slice.end, drawn_end(step));
    const Tick from = std::max(step.start, busy_until_);
    if (step.end > from) slice.busy += step.end - from, busy_until_ = step.end;
    ++slice.count;
    out_.steps[r].push_back(index);
  }
  void close() { open_.fill(kNone); }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  EngineSlices& out_;
  std::array<std::size_t, kEngineRows> open_;
  std::int32_t op_ = -1;
  Tick busy_until_;
};

}  // namespace

EngineRow row_of(const RecordedStep& step) {
  if (step.end == step.start) return EngineRow::sequencer;
  return std::holds_alternative<isa::LoadStationary>(step.inst.op) ? EngineRow::weights : EngineRow::stream;
}

std::array<EngineSlices, arch::kEngines> slice_steps(const sim::Recording& recording, Detail level) {
  const bool alone = level == Detail::instructions;
  const std::vector<bool> handed = alone ? std::vector<bool>{} : handed_on(recording);
  std::array<EngineSlices, arch::kEngines> engines;
  std::vector<Slicer> slicers;
  for (EngineSlices& e : engines) slicers.emplace_back(e);
  for (std::size_t i = 0; i < recording.steps.size(); ++i) {
    const RecordedStep& step = recording.steps[i];
    Slicer& slicer = slicers[static_cast<std::size_t>(step.engine)];
    slicer.add(static_cast<std::uint32_t>(i), step, alone);
    if (!alone && handed[i]) slicer.close();
  }
  return engines;
}

}  // namespace inf::workflow
