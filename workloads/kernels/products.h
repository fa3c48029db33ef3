#pragma once
#include "workloads/kernels/writer.h"

// Matrix products on fp32 tensors with rows of the left operand in device memory: its tiles are turned by the tensor
// engine before they can be stationary. Every size is a multiple of what a step takes.
namespace inf::workloads {

struct ProductSizes {
  std::int64_t m = 4096, k = 5120, n = 12288;
};

/// out = a [m, k] x b [k, n]. Every 128 rows and 1024 columns of the result load and turn their rows of `a` and load
/// their columns of `b` anew.
Kernel matmul_fp32(const ProductSizes& sizes);

/// out = rms_norm(x [m, k]) x w [k, n]; w stays in SBUF. All but the last five tiles of x are loaded once for the sum
/// of squares and once more for the product.
Kernel rmsnorm_matmul(const ProductSizes& sizes);

/// out [batch, m, n] = a [batch, m, k] x b [batch, k, n] with k at most 64. Turned rows of all but the first four
/// batches go through device memory, and b is loaded for each half of the rows.
struct BatchedSizes {
  std::int64_t batch = 16, m = 4096, k = 64, n = 4096;
};
Kernel batched_matmul(const BatchedSizes& sizes);

/// out = (silu(x w_gate) * (x w_up)) w_down, x [m, k], hidden size n. Turned x and the hidden values go through device
/// memory; x comes back for each half of the hidden size.
Kernel swiglu(const ProductSizes& sizes);

}  // namespace inf::workloads
