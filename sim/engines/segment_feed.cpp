#include "sim/engines/segment_feed.h"

#include <algorithm>

namespace inf::sim {

std::shared_ptr<const HeldProgram> hold(isa::ProgramSource& source) {
  auto held = std::make_shared<HeldProgram>();
  held->image = source.image();
  source.rewind();
  for (isa::Segment segment; source.next(segment); segment = {})
    held->segments.push_back(std::make_shared<isa::Segment>(std::move(segment)));
  source.rewind();
  return held;
}

SegmentFeed::SegmentFeed(isa::ProgramSource& source)
    : next_([&source]() -> std::shared_ptr<const isa::Segment> {
        auto next = std::make_shared<isa::Segment>();
        if (!source.next(*next)) return nullptr;
        return next;
      }) {}

SegmentFeed::SegmentFeed(std::shared_ptr<const HeldProgram> program)
    : next_([program, at = std::size_t{0}]() mutable {
        return at < program->segments.size() ? program->segments[at++] : nullptr;
      }),
      slack_(static_cast<std::int64_t>(program->segments.size())),
      whole_(true) {}

std::shared_ptr<const isa::Segment> SegmentFeed::segment(std::int64_t index) {
  while (!drained_ && index >= first_ + static_cast<std::int64_t>(held_.size())) {
    if (index > furthest_ + kLookAhead + slack_) return nullptr;
    if (auto next = next_())
      held_.push_back(std::move(next));
    else
      drained_ = true;
  }
  const std::int64_t at = index - first_;
  return at < static_cast<std::int64_t>(held_.size()) ? held_[static_cast<std::size_t>(at)] : nullptr;
}

void SegmentFeed::begun(std::int64_t index) {
  if (index <= furthest_) return;
  furthest_ = index;
  if (on_advance) on_advance();
}

void SegmentFeed::release_below(arch::Engine engine, std::int64_t index) {
  needed_[static_cast<std::size_t>(engine)] = index;
  const std::int64_t lowest = *std::min_element(needed_.begin(), needed_.end());
  while (first_ < lowest && !held_.empty()) {
    held_.pop_front();
    ++first_;
  }
}

}  // namespace inf::sim
