#pragma once
#include <cstdint>

#include "workloads/weights/weight_choice.h"

namespace inf::workloads {

/// What to build. Weights depend on `weights` alone, never on the size.
struct CraftOptions {
  std::int64_t batch = 1;
  std::int64_t height = 768, width = 768;  ///< pixels, multiples of 32
  WeightChoice weights;
};

/// Errors: usage, with every value that is out of range (batch 1..1024; height and width 32..16384 in steps of 32).
void check(const CraftOptions& options);

}  // namespace inf::workloads
