#pragma once
#include "workloads/kernels/writer.h"

namespace inf::workloads {

/// Depthwise convolution along the width, fp32: out[n, c, x] = sum over t of in[n, c, x + t] weights[c, t].
/// Shapes: in [batch, channels, width + taps - 1], out [batch, channels, width]. `channels` is a multiple of 128.
struct DepthwiseSizes {
  std::int64_t batch = 8, channels = 512, width = 2048, taps = 3;
};
/// A product of `taps` elements for each result, and a reduction for every four.
Kernel depthwise_by_element(const DepthwiseSizes& sizes);
/// Products of 128 results at a time, and a reduction for each.
Kernel depthwise_by_block(const DepthwiseSizes& sizes);

}  // namespace inf::workloads
