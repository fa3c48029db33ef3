#pragma once
#include <cstddef>
#include <cstdint>

// The boundary between matmul.cpp and the per-ISA translation units. Only plain types cross it, so that no inline
// function of a common header is ever compiled with the wider instruction set.
namespace inf::numerics::fast {

/// Rows of the stationary operand that one register block holds; also the packing unit of Stationary.
inline constexpr int kBlockRows = 6;
/// Columns of the widest register block on any instruction set.
inline constexpr int kMaxBlockColumns = 64;
/// Lanes of the widest vector: the slack that packing may write past its last element.
inline constexpr int kMaxLanes = 16;
/// Largest number of contraction partitions a Stationary may have.
inline constexpr int kMaxContraction = 256;
/// Largest number of columns a Stationary may have.
inline constexpr int kMaxStationaryColumns = 256;

/// out[row, 0..columns) = or += sum over k of w[k * rows + row] * x[k * stride + column], one fp32 chain per element.
/// The AVX kernels need the host's flush-to-zero state. `x` holds whole vectors; columns past the end are ignored.
struct BlockArgs {
  const float* w;
  const float* x;
  int k;
  int rows;     ///< 1..kBlockRows
  int columns;  ///< 1..kMaxBlockColumns
  float* out;
  std::ptrdiff_t pitch;  ///< floats between output rows
  bool accumulate;
};

/// A piece of one partition: `count` elements a fixed step apart, `offset` elements from its base, at place `at` of the
/// block.
struct Run {
  std::ptrdiff_t offset;
  int at;
  int count;
};

/// Widens the same runs of each of `k` partitions into x[k][stride].
struct PackArgs {
  const std::byte* base;
  std::size_t pitch;
  int k;
  const Run* runs;
  int run_count;
  float* x;
  int stride;
};

/// out[i * step] = or += from[i], with the chain's flush and NaN rules.
struct MergeArgs {
  const float* from;
  float* out;
  std::ptrdiff_t step;
  int count;
  bool accumulate;
};

struct MatmulKernels {
  int lanes;          ///< columns are handled in vectors of this many
  int block_columns;  ///< columns per block
  void (*block)(const BlockArgs&);
  void (*pack_bf16)(const PackArgs&);       ///< neighbouring elements
  void (*pack_bf16_even)(const PackArgs&);  ///< elements two apart
  void (*pack_fp32)(const PackArgs&);       ///< neighbouring elements
  void (*merge)(const MergeArgs&);
};

const MatmulKernels& matmul_kernels_scalar();
const MatmulKernels& matmul_kernels_avx2();
const MatmulKernels& matmul_kernels_avx512();

}  // namespace inf::numerics::fast
