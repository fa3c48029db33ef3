#pragma once
#include "workloads/kernels/writer.h"

namespace inf::workloads {

/// A selective scan, fp32: for each channel and state
///   h[t] = exp(delta[t] a) h[t-1] + delta[t] u[t] b[t],  out[t] += h[t] c[t].
/// Shapes: delta, u, out [channels, steps]; a [channels, states]; b, c [states, steps]. `channels` is a multiple of
/// 128.
struct ScanSizes {
  std::int64_t channels = 256, steps = 2048, states = 16;
};

/// States outside, channels inside; the vector engine makes delta u anew for each state and adds the results up.
Kernel mamba_scan(const ScanSizes& sizes);
/// Channels outside: delta u is made once, and the tensor engine adds the results up in PSUM. `steps` is at most
/// 512, or a multiple of 512 that half of PSUM holds; an identity matrix comes as an input.
Kernel mamba_scan_fused(const ScanSizes& sizes);

}  // namespace inf::workloads
