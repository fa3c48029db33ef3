#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "sim/observers/recorder.h"
#include "sim/replay/core_times.h"

namespace inf::sim {

/// The steps of a recording, sorted by engine, as far as their times go.
class RecordedWork {
 public:
  RecordedWork(const Recording& recording, const arch::PortSpec& ports);

  struct Step {
    IssueWork work;
    std::uint32_t index = 0;  ///< into Recording::steps
    std::uint32_t move = 0;   ///< into moves, with a queue
    std::uint32_t segment = 0;
  };
  std::array<std::vector<Step>, arch::kEngines> steps;
  std::vector<DmaMove> moves;
};

/// Issues the steps of a recording on a chip, at the costs that they have there.
class RecordedSource : public IssueSource {
 public:
  RecordedSource(const Recording& recording, const RecordedWork& work, const arch::ChipSpec& chip);
  Item current(int engine) override;
  void advance(int engine) override { ++at_[static_cast<std::size_t>(engine)]; }
  bool starved(int engine) override;
  void look_further() override { ++slack_; }
  void plan(int engine, DmaPlan& out) override;

 private:
  const RecordedWork& work_;
  const arch::ChipSpec& chip_;
  const arch::Timebase time_;
  std::array<std::vector<Cost>, arch::kEngines> costs_;
  std::array<std::size_t, arch::kEngines> at_{};
  std::int64_t furthest_ = -1, slack_ = 0;  ///< SegmentFeed's
};

}  // namespace inf::sim
