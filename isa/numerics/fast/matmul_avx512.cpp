#include <immintrin.h>

#include "isa/numerics/fast/matmul_kernel.h"

namespace inf::numerics::fast {
namespace {

struct V {
  using T = __m512;
  static constexpr int kLanes = 16;

  static __mmask16 first(int n) { return static_cast<__mmask16>((1u << n) - 1u); }
  static T zero() { return _mm512_setzero_ps(); }
  static T negative_zero() { return _mm512_set1_ps(-0.0f); }
  static T set1(float v) { return _mm512_set1_ps(v); }
  static T load(const float* p) { return _mm512_loadu_ps(p); }
  static T load_n(const float* p, int n) { return _mm512_maskz_loadu_ps(first(n), p); }
  static void store(float* p, T v) { _mm512_storeu_ps(p, v); }
  static void store_n(float* p, T v, int n) { _mm512_mask_storeu_ps(p, first(n), v); }
  static T fma(T a, T b, T c) { return _mm512_fmadd_ps(a, b, c); }
  static T add(T a, T b) { return _mm512_add_ps(a, b); }
  static T canonical(T v) {
    return _mm512_castsi512_ps(_mm512_mask_mov_epi32(_mm512_castps_si512(v), _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q),
                                                     _mm512_set1_epi32(0x7fc00000)));
  }
  static T high_half(__m512i v) { return _mm512_castsi512_ps(_mm512_slli_epi32(v, 16)); }
  static T bf16(const unsigned short* p) {
    return high_half(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))));
  }
  static T bf16_n(const unsigned short* p, int n) {
    return high_half(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(first(n), p)));
  }
  /// 16 elements two apart; reads the odd ones between them and one after.
  static T bf16_even(const unsigned short* p) { return high_half(_mm512_loadu_si512(p)); }
  static T bf16_even_n(const unsigned short* p, int n) {
    return high_half(_mm512_maskz_loadu_epi16(static_cast<__mmask32>((std::uint64_t{1} << (2 * n - 1)) - 1u), p));
  }
};

/// Register budget: kBlockRows x (kBlockColumns / lanes) accumulators, one vector per column block and one broadcast.
constexpr int kBlockColumns = 64;

#include "isa/numerics/fast/matmul_kernel.inc"

}  // namespace

const MatmulKernels& matmul_kernels_avx512() { return kKernels; }

}  // namespace inf::numerics::fast
