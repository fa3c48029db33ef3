#include <immintrin.h>

#include "isa/numerics/fast/matmul_kernel.h"

namespace inf::numerics::fast {
namespace {

struct V {
  using T = __m256;
  static constexpr int kLanes = 8;

  static __m256i first(int n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static T zero() { return _mm256_setzero_ps(); }
  static T negative_zero() { return _mm256_set1_ps(-0.0f); }
  static T set1(float v) { return _mm256_set1_ps(v); }
  static T load(const float* p) { return _mm256_loadu_ps(p); }
  static T load_n(const float* p, int n) { return _mm256_maskload_ps(p, first(n)); }
  static void store(float* p, T v) { _mm256_storeu_ps(p, v); }
  static void store_n(float* p, T v, int n) { _mm256_maskstore_ps(p, first(n), v); }
  static T fma(T a, T b, T c) { return _mm256_fmadd_ps(a, b, c); }
  static T add(T a, T b) { return _mm256_add_ps(a, b); }
  static T canonical(T v) {
    return _mm256_blendv_ps(v, _mm256_castsi256_ps(_mm256_set1_epi32(0x7fc00000)), _mm256_cmp_ps(v, v, _CMP_UNORD_Q));
  }
  static T high_half(__m256i v) { return _mm256_castsi256_ps(_mm256_slli_epi32(v, 16)); }
  static T bf16(const unsigned short* p) {
    return high_half(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
  }
  static T bf16_n(const unsigned short* p, int n) {
    unsigned short whole[8] = {};
    for (int i = 0; i < n; ++i) whole[i] = p[i];
    return bf16(whole);
  }
  /// 8 elements two apart; reads the odd ones between them and one after.
  static T bf16_even(const unsigned short* p) {
    return high_half(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static T bf16_even_n(const unsigned short* p, int n) {
    unsigned short whole[8] = {};
    for (int i = 0; i < n; ++i) whole[i] = p[2 * i];
    return bf16(whole);
  }
};

/// Register budget: kBlockRows x (kBlockColumns / lanes) accumulators, one vector per column block and one broadcast.
constexpr int kBlockColumns = 16;

#include "isa/numerics/fast/matmul_kernel.inc"

}  // namespace

const MatmulKernels& matmul_kernels_avx2() { return kKernels; }

}  // namespace inf::numerics::fast
