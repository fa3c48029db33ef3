#pragma once
#include <cstddef>
#include <cstdint>

#include "isa/numerics/activation_table.h"
#include "isa/numerics/dtype.h"
#include "isa/numerics/ops.h"

namespace inf::numerics::fast {

/// Two dimensions of a pattern: `outer` runs, `outer_step` elements apart, of `inner` elements, `step` apart. In the
/// row of fp32 the runs begin `outer_place` apart and their elements lie `place` apart.
struct Grid {
  std::ptrdiff_t outer, outer_step, outer_place, inner, step, place;
};

/// The bulk kernels of one instruction set: one source, row_kernels.inc, compiled once per level.
struct RowKernels {
  /// The stored elements of a grid to fp32.
  void (*widen)(DType from, const std::byte* in, const Grid& grid, float* out);
  /// The reverse, rounding to nearest even; `place` is 1. Where a pattern visits an element twice the last value stays.
  void (*narrow)(DType to, const float* in, const Grid& grid, std::byte* out);
  void (*alu)(AluOp op, const float* a, const float* b, float scalar, bool reverse, std::ptrdiff_t n, float* out);
  void (*reduce)(AluOp op, const float* in, std::ptrdiff_t outer, std::ptrdiff_t inner, float* out);
  /// The exact functions; out[i] = f(fma(in[i], scale, bias)).
  void (*activate_exact)(ActFn fn, const float* in, std::ptrdiff_t n, float scale, float bias, float alpha, float* out);
  void (*activate_table)(const ActivationTable& table, const float* in, std::ptrdiff_t n, float scale, float bias,
                         float* out);
  /// acc[j] += sum over k of w[k] * x[k][j], j in 0..63.
  void (*int8_chain)(const std::int16_t* w, const std::int16_t* x, int k, std::int32_t* acc);
};

const RowKernels& row_kernels_scalar();
const RowKernels& row_kernels_avx2();
const RowKernels& row_kernels_avx512();

/// The kernels of the level in use.
const RowKernels& row_kernels();

}  // namespace inf::numerics::fast
