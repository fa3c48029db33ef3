#include "tests/bench/numerics/fma_peak.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace inf::numerics::bench {
namespace {

constexpr int kSteps = 100'000, kRuns = 40;

template <class F>
double best_rate(double flops, F run) {
  double best = 0;
  for (int i = 0; i < kRuns; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, flops / seconds.count() / 1e9);
  }
  return best;
}

#ifdef __x86_64__
__attribute__((target("avx512f"))) void run_avx512() {
  __m512 acc[24];
  for (__m512& a : acc) a = _mm512_setzero_ps();
  const __m512 x = _mm512_set1_ps(0.5f), y = _mm512_set1_ps(1.0f);
  for (int i = 0; i < kSteps; ++i) {
#pragma GCC unroll 24
    for (int j = 0; j < 24; ++j) acc[j] = _mm512_fmadd_ps(acc[j], x, y);
    asm volatile("" ::"v"(acc[0]), "v"(acc[23]));
  }
  for (int j = 1; j < 24; ++j) acc[0] = _mm512_add_ps(acc[0], acc[j]);
  asm volatile("" ::"v"(acc[0]));
}

__attribute__((target("avx2,fma"))) void run_avx2() {
  __m256 acc[12];
  for (__m256& a : acc) a = _mm256_setzero_ps();
  const __m256 x = _mm256_set1_ps(0.5f), y = _mm256_set1_ps(1.0f);
  for (int i = 0; i < 2 * kSteps; ++i) {
#pragma GCC unroll 12
    for (int j = 0; j < 12; ++j) acc[j] = _mm256_fmadd_ps(acc[j], x, y);
    asm volatile("" ::"x"(acc[0]), "x"(acc[11]));
  }
  for (int j = 1; j < 12; ++j) acc[0] = _mm256_add_ps(acc[0], acc[j]);
  asm volatile("" ::"x"(acc[0]));
}
#endif

/// A multiplication and an addition on the baseline instruction set, which has no fma.
void run_scalar() {
  float acc[16] = {};
  for (int i = 0; i < kSteps; ++i) {
    for (float& a : acc) a = a * 0.5f + 1.0f;
    asm volatile("" : "+m"(acc));
  }
}

double measure(SimdLevel level) {
#ifdef __x86_64__
  switch (level) {
    case SimdLevel::avx512: return best_rate(2.0 * 24 * 16 * kSteps, run_avx512);
    case SimdLevel::avx2: return best_rate(2.0 * 12 * 8 * 2 * kSteps, run_avx2);
    case SimdLevel::scalar:
    case SimdLevel::reference: break;
  }
#else
  static_cast<void>(level);
#endif
  return best_rate(2.0 * 16 * kSteps, run_scalar);
}

}  // namespace

double fma_peak(SimdLevel level) {
  static double rates[4] = {};
  double& rate = rates[static_cast<int>(level)];
  if (rate == 0) rate = measure(level);
  return rate;
}

}  // namespace inf::numerics::bench
