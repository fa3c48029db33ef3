#include "isa/numerics/rows.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "isa/base/error.h"
#include "isa/numerics/convert.h"
#include "isa/numerics/fast/row_kernels.h"
#include "isa/numerics/fast/runs.h"
#include "isa/numerics/simd.h"

namespace inf::numerics {
namespace {

[[noreturn]] void refuse(AluOp op, const char* why) {
  throw Error(ErrorKind::illegal_instruction, "", "operator " + std::string(name(op)) + " " + why);
}

/// A dimension of a pattern with the distance of its elements in the row.
struct Axis {
  std::int64_t count, step, place;
};

std::array<Axis, 4> axes_of(const Pattern& p) {
  std::array<Axis, 4> axes;
  std::int64_t place = 1;
  for (std::size_t d = 4; d-- > 0;) {
    axes[d] = {p.dims[d].count, p.dims[d].step, place};
    place *= p.dims[d].count;
  }
  return axes;
}

/// Calls f(offset in elements, position in the row) for each index of the two outer axes.
template <class F>
void for_each_grid(const std::array<Axis, 4>& axes, F f) {
  for (std::int64_t a = 0; a < axes[0].count; ++a)
    for (std::int64_t b = 0; b < axes[1].count; ++b)
      f(axes[0].step * a + axes[1].step * b, axes[0].place * a + axes[1].place * b);
}

fast::Grid grid_of(const std::array<Axis, 4>& axes) {
  return {axes[2].count, axes[2].step, axes[2].place, axes[3].count, axes[3].step, axes[3].place};
}

/// Calls f(offset in elements, position in the row, count) for each run along the innermost dimension.
template <class F>
void for_each_run(const Pattern& p, F f) {
  const auto axes = axes_of(p);
  for_each_grid(axes, [&](std::int64_t offset, std::int64_t at) {
    for (std::int64_t c = 0; c < axes[2].count; ++c)
      f(offset + axes[2].step * c, at + axes[2].place * c, axes[3].count);
  });
}

/// Reads may visit elements in any order: short runs, such as pooling windows, go along longer dimensions instead.
constexpr std::int64_t kShortRun = 16;
void put_longest_last(std::array<Axis, 4>& axes) {
  if (axes[3].count >= kShortRun) return;
  std::stable_sort(axes.begin(), axes.end(), [](const Axis& a, const Axis& b) { return a.count < b.count; });
}

void narrow_stochastic(DType dtype, const float* in, const Pattern& pattern, std::byte* base,
                       const Rounding& rounding) {
  const std::ptrdiff_t bytes = size_of(dtype), step = pattern.dims[3].step;
  for_each_run(pattern, [&](std::int64_t offset, std::int64_t at, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint32_t bits =
          store_f32_bits(dtype, bits_of(in[at + i]), rounding.at(static_cast<std::uint64_t>(at + i)));
      std::memcpy(base + (offset + i * step) * bytes, &bits, static_cast<std::size_t>(bytes));
    }
  });
}

template <class F>
void map_words(const std::uint32_t* a, const std::uint32_t* b, std::uint32_t scalar, bool reverse, std::ptrdiff_t n,
               std::uint32_t* out, F f) {
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const std::uint32_t other = b != nullptr ? b[i] : scalar;
    out[i] = reverse ? f(other, a[i]) : f(a[i], other);
  }
}

}  // namespace

namespace fast {

const RowKernels& row_kernels() {
#ifdef INF_X86
  switch (simd_level()) {
    case SimdLevel::reference:
    case SimdLevel::scalar: return row_kernels_scalar();
    case SimdLevel::avx2: return row_kernels_avx2();
    case SimdLevel::avx512: return row_kernels_avx512();
  }
#endif
  return row_kernels_scalar();
}

}  // namespace fast

void widen(DType dtype, const std::byte* base, const Pattern& free, float* out) {
  auto axes = axes_of(fast::simplify(free));
  put_longest_last(axes);
  const fast::Grid grid = grid_of(axes);
  const fast::RowKernels& kernels = fast::row_kernels();
  for_each_grid(axes, [&](std::int64_t offset, std::int64_t at) {
    kernels.widen(dtype, base + offset * size_of(dtype), grid, out + at);
  });
}

void narrow(DType dtype, const float* in, const Pattern& free, std::byte* base, const Rounding& rounding) {
  const Pattern pattern = fast::simplify(free);
  if (rounding.mode == Round::stochastic && is_float(dtype))
    return narrow_stochastic(dtype, in, pattern, base, rounding);
  const auto axes = axes_of(pattern);
  const fast::Grid grid = grid_of(axes);
  const fast::RowKernels& kernels = fast::row_kernels();
  for_each_grid(axes, [&](std::int64_t offset, std::int64_t at) {
    kernels.narrow(dtype, in + at, grid, base + offset * size_of(dtype));
  });
}

void alu_rows(AluOp op, const float* a, const float* b, float scalar, bool reverse, std::ptrdiff_t n, float* out) {
  if (class_of(op) == AluClass::bitvec) refuse(op, "works on integers, not on fp32 rows");
  if (op != AluOp::power) return fast::row_kernels().alu(op, a, b, scalar, reverse, n, out);
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const float other = b != nullptr ? b[i] : scalar;
    out[i] = reverse ? alu(op, other, a[i]) : alu(op, a[i], other);
  }
}

void reduce_rows(AluOp op, const float* in, std::ptrdiff_t outer, std::ptrdiff_t inner, float* out) {
  if (!reduces(op) || class_of(op) == AluClass::bitvec) refuse(op, "is no reduction of fp32 rows");
  fast::row_kernels().reduce(op, in, outer, inner, out);
}

void scan_row(AluOp op0, AluOp op1, const float* a, const float* b, float initial, std::ptrdiff_t n, float* out) {
  float state = initial;
  for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = state = alu(op1, alu(op0, a[i], state), b[i]);
}

float accumulate(const float* in, std::ptrdiff_t n, float initial) {
  float sum = initial;
  for (std::ptrdiff_t i = 0; i < n; ++i) sum += in[i];
  return float_of(canonical_bits(bits_of(sum)));
}

void bitvec_rows(AluOp op, const std::uint32_t* a, const std::uint32_t* b, std::uint32_t scalar, bool reverse,
                 int width, std::ptrdiff_t n, std::uint32_t* out) {
  map_words(a, b, scalar, reverse, n, out, [=](std::uint32_t x, std::uint32_t y) { return bitvec(op, x, y, width); });
}

void integer_rows(AluOp op, const std::uint32_t* a, const std::uint32_t* b, std::uint32_t scalar, bool reverse,
                  std::ptrdiff_t n, std::uint32_t* out) {
  map_words(a, b, scalar, reverse, n, out, [=](std::uint32_t x, std::uint32_t y) { return integer_alu(op, x, y); });
}

void load_words(int element_bytes, const std::byte* base, const Pattern& free, std::uint32_t* out) {
  const Pattern pattern = fast::simplify(free);
  for_each_run(pattern, [&](std::int64_t offset, std::int64_t at, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      out[at + i] = 0;
      std::memcpy(out + at + i, base + (offset + i * pattern.dims[3].step) * element_bytes,
                  static_cast<std::size_t>(element_bytes));
    }
  });
}

void store_words(int element_bytes, const std::uint32_t* in, const Pattern& free, std::byte* base) {
  const Pattern pattern = fast::simplify(free);
  for_each_run(pattern, [&](std::int64_t offset, std::int64_t at, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i)
      std::memcpy(base + (offset + i * pattern.dims[3].step) * element_bytes, in + at + i,
                  static_cast<std::size_t>(element_bytes));
  });
}

}  // namespace inf::numerics
