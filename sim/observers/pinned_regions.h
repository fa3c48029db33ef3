#pragma once
#include <vector>

#include "sim/machine/footprint.h"

namespace inf::sim {

/// SBUF that a program's preload section fills and no instruction of a call may write.
class PinnedRegions {
 public:
  explicit PinnedRegions(const std::vector<isa::DmaCopy>& preload);
  /// The first region, by ascending bytes, that shares a byte with `access`, whose box is `box`; null for none.
  const isa::Access* find(const isa::Access& access, const Box& box) const;

 private:
  struct Region {
    Box box;
    isa::Access access;
  };
  std::vector<Region> regions_;       ///< by ascending first byte
  std::vector<std::int64_t> end_to_;  ///< the largest end of this region and those before it
};

}  // namespace inf::sim
