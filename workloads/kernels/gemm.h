#pragma once
#include "workloads/kernels/writer.h"

namespace inf::workloads {

/// out [m, n] = transpose(lhs_t [k, m]) x rhs [k, n], bf16 with fp32 sums. Every size is a multiple of what a step
/// takes.
struct GemmSizes {
  std::int64_t m = 4096, k = 8192, n = 8192;
};

/// Both operands of every matmul are loaded for it: tiles of 128 x 128 and 128 x 512.
Kernel gemm_tiled(const GemmSizes& sizes);
/// The tiles of lhs_t for 128 rows of the result stay for all its columns.
Kernel gemm_hoisted(const GemmSizes& sizes);
/// Blocks of 2 x 2 result tiles: loaded columns of both operands serve two rows and two columns of tiles.
Kernel gemm_blocked_free(const GemmSizes& sizes);
/// Blocks in all three dimensions; partial sums of a block of contraction are added up in SBUF.
/// Units: tiles of 128 rows, 512 columns, 128 contraction rows.
struct GemmBlocks {
  std::int64_t m = 16, n = 2, k = 8;
};
Kernel gemm_blocked(const GemmSizes& sizes, const GemmBlocks& blocks = {});

}  // namespace inf::workloads
