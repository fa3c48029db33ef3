#include <cmath>
#include <numeric>

#include "isa/arch/chip_spec.h"

namespace inf::arch {

Timebase::Timebase(const ChipSpec& chip) {
  const std::int64_t given[kEngines] = {chip.tensor.clock_mhz, chip.vector.clock_mhz, chip.scalar.clock_mhz,
                                        chip.gpsimd.clock_mhz, 0};
  for (std::int64_t mhz : given)
    if (mhz > 0) mhz_ = std::lcm(mhz_, mhz);
  // An engine without a data path counts in ticks.
  for (int e = 0; e < kEngines; ++e) clock_mhz_[e] = given[e] > 0 ? given[e] : mhz_;
}

Tick Timebase::from_ns(double ns) const { return Tick(std::llround(ns * static_cast<double>(mhz_) / 1000.0)); }

}  // namespace inf::arch
