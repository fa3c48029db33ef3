#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <vector>

#include "isa/numerics/convert.h"
#include "isa/numerics/matmul.h"
#include "isa/numerics/simd.h"
#include "tests/bench/numerics/fma_peak.h"

using namespace inf;
using namespace inf::numerics;

namespace {

/// SBUF and PSUM as the simulator lays them out on the host: partitions a cache line or three past a power of two
/// apart.
constexpr std::size_t kSbufPitch = 192 * 1024 + 192, kPsumPitch = 16 * 1024 + 192;

struct Memories {
  std::vector<std::byte> sbuf, psum;

  explicit Memories(DType t) : sbuf(128 * kSbufPitch), psum(128 * kPsumPitch) {
    std::uint32_t state = 1;
    for (std::size_t p = 0; p < 128; ++p)
      for (std::size_t at = 0; at + 4 <= 64 * 1024; at += static_cast<std::size_t>(size_of(t))) {
        state = state * 1664525u + 1013904223u;
        const std::uint32_t bits =
            t == DType::int8 ? state >> 24 : store_f32_bits(t, 0x3f000000u | (state >> 9) | (state & 0x80000000u));
        std::memcpy(sbuf.data() + p * kSbufPitch + at, &bits, static_cast<std::size_t>(size_of(t)));
      }
  }
};

struct Shape {
  const char* name;
  int k, m, n, row, step;  ///< n columns as rows of `row` elements, `step` apart
};

constexpr Shape kShapes[] = {
    {"full", 128, 128, 512, 512, 1},
    {"conv_rows_of_96", 128, 128, 480, 96, 1},
    {"conv_rows_of_48", 128, 128, 480, 48, 1},
    {"conv_rows_of_75", 128, 128, 450, 75, 1},
    {"stride_2", 128, 128, 480, 48, 2},
    {"k64_m64", 64, 64, 512, 512, 1},
    {"k128_m64", 128, 64, 512, 512, 1},
    {"k128_m32", 128, 32, 512, 512, 1},
    {"k27_m64", 27, 64, 512, 512, 1},
    {"k128_m2", 128, 2, 512, 512, 1},
    {"n96", 128, 128, 96, 96, 1},
};

/// Nine taps of a convolution accumulate into one bank, then the next bank: the access pattern of a real layer.
void run(benchmark::State& state, SimdLevel level, DType t, const Shape& s) {
  set_simd_level(level);
  Memories memory(t);
  const std::size_t bytes = static_cast<std::size_t>(size_of(t));
  const Stationary weights(ConstTile{memory.sbuf.data() + 100 * 1024 / bytes * bytes, kSbufPitch, s.k, t,
                                     Pattern::row(static_cast<std::uint32_t>(s.m))});
  const Pattern columns = s.row == s.n ? Pattern::row(static_cast<std::uint32_t>(s.n))
                                       : Pattern::grid({s.row * s.step + 2, static_cast<std::uint32_t>(s.n / s.row)},
                                                       {s.step, static_cast<std::uint32_t>(s.row)});
  std::size_t i = 0;
  for (auto _ : state) {
    const std::size_t tap = i % 9, tile = i / 9;
    const ConstTile moving{memory.sbuf.data() + (tap % 3 + tap / 3 * 98) * bytes + tile % 16 * 1024, kSbufPitch, s.k, t,
                           columns};
    matmul(weights, moving,
           {memory.psum.data() + tile % 8 * 2048, kPsumPitch, s.m, t == DType::int8 ? DType::int32 : DType::fp32,
            Pattern::row(static_cast<std::uint32_t>(s.n))},
           tap != 0);
    ++i;
  }
  const double flops = 2.0 * s.k * s.m * s.n;
  state.counters["GFLOP/s"] = benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["share_of_fma_peak"] =
      benchmark::Counter(flops * 1e-9 / bench::fma_peak(level), benchmark::Counter::kIsIterationInvariantRate);
}

void load_stationary(benchmark::State& state, SimdLevel level, DType t) {
  set_simd_level(level);
  const Memories memory(t);
  for (auto _ : state) {
    const Stationary weights(ConstTile{memory.sbuf.data(), kSbufPitch, 128, t, Pattern::row(128)});
    benchmark::DoNotOptimize(weights.blocks());
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (const SimdLevel level : {SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512}) {
    if (level > host_simd_level()) continue;
    bench::fma_peak(level);  // measured before the first benchmark, on a cold and idle core like theirs
    for (const DType t : {DType::bf16, DType::fp32, DType::fp16, DType::fp8_e4m3, DType::int8}) {
      const std::string path = std::string(name(level)) + "/" + std::string(name(t)) + "/";
      for (const Shape& s : kShapes) {
        if (level == SimdLevel::scalar && s.n > 96) continue;
        benchmark::RegisterBenchmark(("matmul/" + path + s.name).c_str(),
                                     [=, &s](benchmark::State& state) { run(state, level, t, s); });
      }
      benchmark::RegisterBenchmark(("load_stationary/" + path + "128x128").c_str(),
                                   [=](benchmark::State& state) { load_stationary(state, level, t); });
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
