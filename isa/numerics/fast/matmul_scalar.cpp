#include <cstring>

#include "isa/numerics/convert.h"
#include "isa/numerics/fast/matmul_kernel.h"
#include "isa/numerics/reference/chain.h"

namespace inf::numerics::fast {
namespace {

constexpr int kColumns = 32;

/// One chain step on flushed operands, in double: the product is exact, so rounding the double sum to fp32 is one
/// rounding unless that sum lies exactly between two fp32 values or near the subnormals; those few go to the reference.
inline float chain_step(float a, float b, float c) {
  const double sum = static_cast<double>(a) * static_cast<double>(b) + static_cast<double>(c);
  const auto bits = std::bit_cast<std::uint64_t>(sum);
  const auto exponent = static_cast<int>(bits >> 52 & 0x7ffu) - 1023;
  if (sum == 0 || ((bits & 0x1fffffffu) != 0x10000000u && exponent > -126)) return static_cast<float>(sum);
  return float_of(reference::fma_flush(bits_of(a), bits_of(b), bits_of(c)));
}

void block(const BlockArgs& a) {
  const int stride = (a.columns + 7) / 8 * 8;
  float x[kColumns];
  float acc[kBlockRows][kColumns] = {};
  for (int k = 0; k < a.k; ++k) {
    for (int j = 0; j < a.columns; ++j) x[j] = float_of(flush_bits(bits_of(a.x[k * stride + j])));
    for (int i = 0; i < a.rows; ++i) {
      const float w = float_of(flush_bits(bits_of(a.w[k * a.rows + i])));
      for (int j = 0; j < a.columns; ++j) acc[i][j] = chain_step(w, x[j], acc[i][j]);
    }
  }
  for (int i = 0; i < a.rows; ++i) {
    float* const out = a.out + i * a.pitch;
    for (int j = 0; j < a.columns; ++j) {
      const std::uint32_t v = bits_of(acc[i][j]);
      out[j] = float_of(a.accumulate ? reference::add_flush(bits_of(out[j]), v) : canonical_bits(v));
    }
  }
}

/// f(stored element) for every element of every run, elements `kStep` apart.
template <class Stored, int kStep, class F>
void pack(const PackArgs& a, F f) {
  for (int k = 0; k < a.k; ++k) {
    const std::byte* const row = a.base + static_cast<std::size_t>(k) * a.pitch;
    for (int r = 0; r < a.run_count; ++r) {
      const Run& run = a.runs[r];
      float* const to = a.x + static_cast<std::ptrdiff_t>(k) * a.stride + run.at;
      for (int i = 0; i < run.count; ++i) {
        Stored stored;
        std::memcpy(&stored,
                    row + (run.offset + std::ptrdiff_t{i} * kStep) * static_cast<std::ptrdiff_t>(sizeof stored),
                    sizeof stored);
        to[i] = f(stored);
      }
    }
  }
}

float from_bf16(std::uint16_t v) { return float_of(static_cast<std::uint32_t>(v) << 16); }
void pack_bf16(const PackArgs& a) { pack<std::uint16_t, 1>(a, from_bf16); }
void pack_bf16_even(const PackArgs& a) { pack<std::uint16_t, 2>(a, from_bf16); }
void pack_fp32(const PackArgs& a) {
  pack<float, 1>(a, [](float v) { return v; });
}

void merge(const MergeArgs& a) {
  for (int i = 0; i < a.count; ++i) {
    float& out = a.out[i * a.step];
    const std::uint32_t v = bits_of(a.from[i]);
    out = float_of(a.accumulate ? reference::add_flush(bits_of(out), v) : canonical_bits(v));
  }
}

}  // namespace

const MatmulKernels& matmul_kernels_scalar() {
  static constexpr MatmulKernels kKernels{8, kColumns, block, pack_bf16, pack_bf16_even, pack_fp32, merge};
  return kKernels;
}

}  // namespace inf::numerics::fast
