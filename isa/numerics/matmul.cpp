#include "isa/numerics/matmul.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "isa/base/error.h"
#include "isa/numerics/fast/flush_guard.h"
#include "isa/numerics/fast/matmul_kernel.h"
#include "isa/numerics/fast/row_kernels.h"
#include "isa/numerics/fast/runs.h"
#include "isa/numerics/reference/matmul.h"
#include "isa/numerics/simd.h"

namespace inf::numerics {
namespace {

using fast::kBlockRows;
using fast::kMaxBlockColumns;
using fast::Run;

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorKind::illegal_instruction, "", "matmul: " + message);
}

const fast::MatmulKernels& kernels() {
#ifdef INF_X86
  switch (simd_level()) {
    case SimdLevel::reference:
    case SimdLevel::scalar: return fast::matmul_kernels_scalar();
    case SimdLevel::avx2: return fast::matmul_kernels_avx2();
    case SimdLevel::avx512: return fast::matmul_kernels_avx512();
  }
#endif
  return fast::matmul_kernels_scalar();
}

/// Sizes of `parts` nearly equal pieces of `total`: the i-th of them, larger ones first.
int even_part(int total, int parts, int i) { return (total + parts - 1 - i) / parts; }

int ceil_div(int a, int b) { return (a + b - 1) / b; }

/// A run of one partition as fp32 (or int8 as its integer value), through the level's row kernels.
void widen_runs(const fast::RowKernels& rows, DType dtype, const std::byte* partition, std::ptrdiff_t step,
                const Run* runs, int count, float* out) {
  for (int r = 0; r < count; ++r)
    rows.widen(dtype, partition + runs[r].offset * size_of(dtype), {1, 0, 0, runs[r].count, step, 1}, out + runs[r].at);
}

/// Deals one widened partition out to its blocks: `blocks` pieces of kRows values, one block's size apart.
template <int kRows>
float* deal(const float*& from, int blocks, int k_count, float* to) {
  for (int b = 0; b < blocks; ++b, from += kRows, to += std::ptrdiff_t{kRows} * k_count)
    std::memcpy(to, from, kRows * sizeof(float));
  return to;
}

float* deal_blocks(const float*& from, int rows, int blocks, int k_count, float* to) {
  switch (rows) {
    case 1: return deal<1>(from, blocks, k_count, to);
    case 2: return deal<2>(from, blocks, k_count, to);
    case 3: return deal<3>(from, blocks, k_count, to);
    case 4: return deal<4>(from, blocks, k_count, to);
    case 5: return deal<5>(from, blocks, k_count, to);
    case 6: return deal<6>(from, blocks, k_count, to);
  }
  return to;
}
static_assert(kBlockRows == 6);

void check(const Stationary& s, const ConstTile& moving, const Tile& psum) {
  if (moving.partitions != s.k())
    refuse("moving has " + std::to_string(moving.partitions) + " partitions, stationary " + std::to_string(s.k()));
  if (psum.partitions < s.m())
    refuse("psum has " + std::to_string(psum.partitions) + " partitions, stationary has " + std::to_string(s.m()) +
           " columns");
  if (moving.free.elements() != psum.free.elements())
    refuse("moving has " + std::to_string(moving.free.elements()) + " elements per partition, psum " +
           std::to_string(psum.free.elements()));
  if (s.is_integer() ? moving.dtype != DType::int8 : !is_float(moving.dtype))
    refuse(std::string(name(moving.dtype)) + " as moving operand does not go with " +
           (s.is_integer() ? "int8" : "floating-point") + " weights");
  const DType wanted = s.is_integer() ? DType::int32 : DType::fp32;
  const auto bytes = static_cast<std::size_t>(size_of(moving.dtype));
  if (moving.pitch % bytes != 0)
    refuse("moving pitch " + std::to_string(moving.pitch) + " is no multiple of " + std::to_string(bytes) + " bytes");
  if (psum.pitch % sizeof(float) != 0)
    refuse("psum pitch " + std::to_string(psum.pitch) + " is no multiple of 4 bytes");
  if (psum.dtype != wanted)
    refuse("psum is " + std::string(name(psum.dtype)) + ", must be " + std::string(name(wanted)));
}

/// The fp32 buffer of one block of moving columns: [K][stride], L1-sized, one per thread.
struct MovingBlock {
  alignas(64) float values[fast::kMaxContraction * kMaxBlockColumns + fast::kMaxLanes];
};

/// The moving columns of one block, in `stride` floats per partition once packed.
struct Columns {
  const Run* runs;
  int run_count;
  int stride;
};

void pack(const fast::MatmulKernels& kernel, const ConstTile& moving, std::ptrdiff_t step, const Columns& columns,
          float* x) {
  const fast::PackArgs args{moving.base, moving.pitch,  moving.partitions, columns.runs, columns.run_count,
                            x,           columns.stride};
  if (moving.dtype == DType::bf16 && step == 1) return kernel.pack_bf16(args);
  if (moving.dtype == DType::bf16 && step == 2) return kernel.pack_bf16_even(args);
  if (moving.dtype == DType::fp32 && step == 1) return kernel.pack_fp32(args);
  const std::ptrdiff_t bytes = size_of(moving.dtype), pitch = static_cast<std::ptrdiff_t>(moving.pitch) / bytes;
  for (int r = 0; r < columns.run_count; ++r) {
    const Run& run = columns.runs[r];
    fast::row_kernels().widen(moving.dtype, moving.base + run.offset * bytes,
                              {moving.partitions, pitch, columns.stride, run.count, step, 1}, x + run.at);
  }
}

/// Multiplies one packed block of columns with every block of stationary rows.
void multiply_columns(const fast::MatmulKernels& kernel, const Stationary& s, const float* x, int columns,
                      const Tile& psum, std::ptrdiff_t step, const Run* runs, int run_count, bool accumulate) {
  const bool direct = run_count == 1 && step == 1;
  const int blocks = ceil_div(s.m(), kBlockRows);
  const float* w = s.blocks();
  int first = 0;
  for (int b = 0; b < blocks; ++b) {
    const int rows = even_part(s.m(), blocks, b);
    if (direct) {
      float* const out = reinterpret_cast<float*>(psum.partition(first)) + runs[0].offset;
      kernel.block(
          {w, x, s.k(), rows, columns, out, static_cast<std::ptrdiff_t>(psum.pitch / sizeof(float)), accumulate});
    } else {
      alignas(64) float scratch[kBlockRows * kMaxBlockColumns];
      kernel.block({w, x, s.k(), rows, columns, scratch, kMaxBlockColumns, false});
      for (int i = 0; i < rows; ++i) {
        float* const out = reinterpret_cast<float*>(psum.partition(first + i));
        for (int r = 0; r < run_count; ++r)
          kernel.merge(
              {scratch + i * kMaxBlockColumns + runs[r].at, out + runs[r].offset, step, runs[r].count, accumulate});
      }
    }
    w += static_cast<std::ptrdiff_t>(rows) * s.k();
    first += rows;
  }
}

void multiply(const Stationary& s, const ConstTile& moving, const Tile& psum, bool accumulate) {
  const fast::MatmulKernels& kernel = kernels();
  const fast::FlushGuard guard;
  static thread_local MovingBlock block;
  fast::RunWalker from(fast::simplify(moving.free)), to(fast::simplify(psum.free));
  Run from_runs[kMaxBlockColumns], to_runs[kMaxBlockColumns];

  const int n = static_cast<int>(moving.free.elements());
  const int vectors = ceil_div(n, kernel.lanes);
  const int blocks = ceil_div(vectors, kernel.block_columns / kernel.lanes);
  int done = 0;
  for (int b = 0; b < blocks; ++b) {
    const int stride = even_part(vectors, blocks, b) * kernel.lanes;
    const int columns = std::min(stride, n - done);
    const int from_count = from.next(columns, from_runs);
    const int to_count = to.next(columns, to_runs);
    pack(kernel, moving, from.step(), {from_runs, from_count, stride}, block.values);
    multiply_columns(kernel, s, block.values, columns, psum, to.step(), to_runs, to_count, accumulate);
    done += columns;
  }
}

void multiply_integers(const Stationary& s, const ConstTile& moving, const Tile& psum, bool accumulate) {
  const fast::RowKernels& rows = fast::row_kernels();
  fast::RunWalker from(fast::simplify(moving.free)), to(fast::simplify(psum.free));
  Run from_runs[kMaxBlockColumns], to_runs[kMaxBlockColumns];
  const int n = static_cast<int>(moving.free.elements());
  for (int done = 0; done < n; done += kMaxBlockColumns) {
    const int columns = std::min(kMaxBlockColumns, n - done);
    const int from_count = from.next(columns, from_runs);
    const int to_count = to.next(columns, to_runs);
    std::int16_t x[fast::kMaxContraction][kMaxBlockColumns] = {};
    for (int k = 0; k < s.k(); ++k)
      for (int r = 0; r < from_count; ++r)
        for (int i = 0; i < from_runs[r].count; ++i)
          x[k][from_runs[r].at + i] =
              static_cast<std::int8_t>(moving.partition(k)[from_runs[r].offset + i * from.step()]);
    for (int m = 0; m < s.m(); ++m) {
      std::int32_t acc[kMaxBlockColumns] = {};
      rows.int8_chain(s.integers() + static_cast<std::ptrdiff_t>(m) * s.k(), x[0], s.k(), acc);
      auto* const out = reinterpret_cast<std::uint32_t*>(psum.partition(m));
      for (int r = 0; r < to_count; ++r)
        for (int i = 0; i < to_runs[r].count; ++i) {
          std::uint32_t& place = out[to_runs[r].offset + i * to.step()];
          place = (accumulate ? place : 0u) + static_cast<std::uint32_t>(acc[to_runs[r].at + i]);
        }
    }
  }
}

/// The same product by the slow reference, from weights put back in order: [K][M] in fp32 (exact), or int8.
void multiply_by_reference(const Stationary& s, const ConstTile& moving, const Tile& psum, bool accumulate) {
  const auto m_count = static_cast<std::size_t>(s.m());
  const Pattern row = Pattern::row(static_cast<std::uint32_t>(s.m()));
  if (s.is_integer()) {
    std::vector<std::int8_t> w(m_count * static_cast<std::size_t>(s.k()));
    for (int k = 0; k < s.k(); ++k)
      for (int m = 0; m < s.m(); ++m)
        w[static_cast<std::size_t>(k) * m_count + m] = static_cast<std::int8_t>(s.integers()[m * s.k() + k]);
    const ConstTile tile{reinterpret_cast<const std::byte*>(w.data()), m_count, s.k(), DType::int8, row};
    return reference::matmul(tile, moving, psum, accumulate);
  }
  std::vector<float> w(m_count * static_cast<std::size_t>(s.k()));
  const int blocks = ceil_div(s.m(), kBlockRows);
  const float* from = s.blocks();
  for (int b = 0, first = 0; b < blocks; ++b) {
    const int rows = even_part(s.m(), blocks, b);
    for (int k = 0; k < s.k(); ++k, from += rows)
      std::copy(from, from + rows, &w[static_cast<std::size_t>(k) * m_count + first]);
    first += rows;
  }
  const ConstTile tile{reinterpret_cast<const std::byte*>(w.data()), m_count * sizeof(float), s.k(), DType::fp32, row};
  reference::matmul(tile, moving, psum, accumulate);
}

}  // namespace

Stationary::Stationary(const ConstTile& weights)
    : k_(weights.partitions), m_(static_cast<int>(std::min<std::int64_t>(weights.free.elements(), 1 << 20))) {
  if (k_ < 1 || k_ > fast::kMaxContraction)
    refuse("stationary has " + std::to_string(k_) + " partitions, outside 1.." + std::to_string(fast::kMaxContraction));
  if (m_ < 1 || m_ > fast::kMaxStationaryColumns)
    refuse("stationary has " + std::to_string(m_) + " columns, outside 1.." +
           std::to_string(fast::kMaxStationaryColumns));
  if (inf::is_integer(weights.dtype) && weights.dtype != DType::int8)
    refuse(std::string(name(weights.dtype)) + " as stationary operand; integers must be int8");

  Run runs[fast::kMaxStationaryColumns];
  fast::RunWalker walker(fast::simplify(weights.free));
  const int run_count = walker.next(m_, runs);
  if (weights.dtype == DType::int8) {
    integers_.resize(static_cast<std::size_t>(k_) * static_cast<std::size_t>(m_));
    for (int k = 0; k < k_; ++k)
      for (int r = 0; r < run_count; ++r)
        for (int i = 0; i < runs[r].count; ++i)
          integers_[static_cast<std::size_t>((runs[r].at + i) * k_ + k)] =
              static_cast<std::int8_t>(weights.partition(k)[runs[r].offset + i * walker.step()]);
    return;
  }

  blocks_ = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(k_) * static_cast<std::size_t>(m_));
  const fast::RowKernels& rows = fast::row_kernels();
  const int blocks = ceil_div(m_, kBlockRows);
  const int larger = even_part(m_, blocks, 0), smaller = m_ / blocks;
  const int larger_blocks = larger == smaller ? blocks : m_ % blocks;
  float partition[fast::kMaxStationaryColumns];
  for (int k = 0; k < k_; ++k) {
    widen_runs(rows, weights.dtype, weights.partition(k), walker.step(), runs, run_count, partition);
    const float* from = partition;
    float* const second = deal_blocks(from, larger, larger_blocks, k_, blocks_.get() + std::ptrdiff_t{larger} * k);
    // Where the smaller blocks begin, their own k-th row begins k smaller rows in.
    if (smaller != larger)
      deal_blocks(from, smaller, blocks - larger_blocks, k_, second - std::ptrdiff_t{larger - smaller} * k);
  }
}

void matmul(const Stationary& stationary, const ConstTile& moving, const Tile& psum, bool accumulate) {
  check(stationary, moving, psum);
  if (simd_level() == SimdLevel::reference) return multiply_by_reference(stationary, moving, psum, accumulate);
  if (stationary.is_integer()) return multiply_integers(stationary, moving, psum, accumulate);
  multiply(stationary, moving, psum, accumulate);
}

}  // namespace inf::numerics
