#include "sim/observers/pinned_regions.h"

#include <algorithm>

namespace inf::sim {

PinnedRegions::PinnedRegions(const std::vector<isa::DmaCopy>& preload) {
  for (const isa::DmaCopy& copy : preload) regions_.push_back({box_of(copy.dst), copy.dst});
  std::stable_sort(regions_.begin(), regions_.end(),
                   [](const Region& a, const Region& b) { return a.box.first_byte < b.box.first_byte; });
  std::int64_t end = 0;
  for (const Region& r : regions_) end_to_.push_back(end = std::max(end, r.box.end_byte));
}

const isa::Access* PinnedRegions::find(const isa::Access& access, const Box& box) const {
  const auto first = std::upper_bound(end_to_.begin(), end_to_.end(), box.first_byte);
  for (auto i = static_cast<std::size_t>(first - end_to_.begin());
       i < regions_.size() && regions_[i].box.first_byte < box.end_byte; ++i)
    if (regions_[i].box.meets(box) && overlap(regions_[i].access, access)) return &regions_[i].access;
  return nullptr;
}

}  // namespace inf::sim
