#include "sim/engines/segment_feed.h"

#include <algorithm>

namespace inf::sim {

std::shared_ptr<const isa::Segment> SegmentFeed::segment(std::int64_t index) {
  while (!drained_ && index >= first_ + static_cast<std::int64_t>(held_.size())) {
    if (index > furthest_ + kLookAhead + slack_) return nullptr;
    auto next = std::make_shared<isa::Segment>();
    if (source_.next(*next))
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
