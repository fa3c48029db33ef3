#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "isa/program/program.h"

namespace inf::sim {

/// A program whose segments several runs share.
struct HeldProgram {
  isa::ProgramImage image;
  std::vector<std::shared_ptr<const isa::Segment>> segments;
};
/// Draws the whole source in, from its start; the source starts over afterwards.
std::shared_ptr<const HeldProgram> hold(isa::ProgramSource& source);

/// Hands the segments of a program to five streams that run at their own pace. A segment is pulled from the source when
/// the first stream needs it and let go when the last has passed it. A stream that finds no code of its own looks only
/// a little further than the streams that do have work, so that an idle engine never draws the whole program in.
class SegmentFeed {
 public:
  /// Draws from the source as streams go on.
  explicit SegmentFeed(isa::ProgramSource& source);
  /// Over a program that is held as a whole: streams look as far ahead as they like, so none is ever starved.
  explicit SegmentFeed(std::shared_ptr<const HeldProgram> program);

  /// Segment number `index`, or null: behind the last one, or too far ahead for now. The pointer keeps it alive.
  std::shared_ptr<const isa::Segment> segment(std::int64_t index);
  /// True where there is no segment `index`, now or later.
  bool is_behind_end(std::int64_t index) const {
    return drained_ && index >= first_ + static_cast<std::int64_t>(held_.size());
  }
  /// Tells that a stream has code in segment `index` and begins to run it.
  void begun(std::int64_t index);
  /// Tells that `engine` does not need segments below `index` any more.
  void release_below(arch::Engine engine, std::int64_t index);
  /// Streams look as far ahead as they like.
  bool whole() const { return whole_; }
  /// Nothing else can run: lets streams look one segment further.
  void look_further() { ++slack_; }
  /// Called when streams may look further than before.
  std::function<void()> on_advance;

  /// How many segments further than the furthest stream with work an idle one looks.
  static constexpr std::int64_t kLookAhead = 2;

 private:
  std::function<std::shared_ptr<const isa::Segment>()> next_;  ///< null at the end
  std::deque<std::shared_ptr<const isa::Segment>> held_;
  std::int64_t first_ = 0, furthest_ = -1, slack_ = 0;  ///< slack: segments to look ahead beyond the usual
  bool drained_ = false, whole_ = false;
  std::array<std::int64_t, arch::kEngines> needed_{};
};

}  // namespace inf::sim
