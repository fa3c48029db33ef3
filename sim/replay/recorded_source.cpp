#include "sim/replay/recorded_source.h"

#include "sim/engines/segment_feed.h"
#include "sim/machine/footprint.h"

namespace inf::sim {

RecordedWork::RecordedWork(const Recording& recording, const arch::PortSpec& ports) {
  for (std::size_t i = 0; i < recording.steps.size(); ++i) {
    const RecordedStep& s = recording.steps[i];
    Step step{issue_work(s.inst, footprint_of(s.inst.op), s.engine, s.dynamic, ports), static_cast<std::uint32_t>(i),
              static_cast<std::uint32_t>(moves.size()), s.segment};
    if (step.work.queue >= 0) moves.push_back(*dma_move(s.inst.op));
    steps[static_cast<std::size_t>(s.engine)].push_back(step);
  }
}

RecordedSource::RecordedSource(const Recording& recording, const RecordedWork& work, const arch::ChipSpec& chip)
    : work_(work), chip_(chip), time_(chip) {
  for (std::size_t e = 0; e < work.steps.size(); ++e) {
    costs_[e].reserve(work.steps[e].size());
    for (const RecordedWork::Step& s : work.steps[e])
      costs_[e].push_back(cost(recording.steps[s.index].inst.op, static_cast<arch::Engine>(e), chip));
  }
}

IssueSource::Item RecordedSource::current(int engine) {
  const auto e = static_cast<std::size_t>(engine);
  if (at_[e] == work_.steps[e].size()) return {};
  if (const std::int64_t segment = work_.steps[e][at_[e]].segment; segment > furthest_) {
    if (segment > furthest_ + SegmentFeed::kLookAhead + slack_) return {};
    furthest_ = segment;
    on_advance();
  }
  return {&work_.steps[e][at_[e]].work, &costs_[e][at_[e]]};
}

bool RecordedSource::starved(int engine) {
  const auto e = static_cast<std::size_t>(engine);
  return at_[e] < work_.steps[e].size();
}

void RecordedSource::plan(int engine, DmaPlan& out) {
  const auto e = static_cast<std::size_t>(engine);
  sim::plan(work_.moves[work_.steps[e][at_[e]].move], chip_.dma, time_, out);
}

}  // namespace inf::sim
