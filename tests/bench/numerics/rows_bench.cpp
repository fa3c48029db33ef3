#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "isa/numerics/activation.h"
#include "isa/numerics/rows.h"
#include "isa/numerics/simd.h"

using namespace inf;
using namespace inf::numerics;

namespace {

constexpr int kElements = 2048;

void report(benchmark::State& state, double bytes_per_element) {
  state.counters["Gelem/s"] = benchmark::Counter(kElements * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["GB/s"] =
      benchmark::Counter(kElements * bytes_per_element * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

std::vector<float> values() {
  std::vector<float> v(kElements);
  for (int i = 0; i < kElements; ++i)
    v[static_cast<std::size_t>(i)] = static_cast<float>((i * 37) % 801 - 400) / 100.0f;
  return v;
}

template <class F>
void add(const std::string& name, SimdLevel level, double bytes, F f) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    set_simd_level(level);
    const std::vector<float> a = values(), b = values();
    std::vector<float> out(kElements);
    std::vector<std::byte> stored(kElements * 4);
    for (auto _ : state) {
      f(a.data(), b.data(), out.data(), stored.data());
      benchmark::ClobberMemory();
    }
    report(state, bytes);
  });
}

void add_level(SimdLevel level) {
  const std::string path = std::string("/").append(name(level));
  for (int t = 0; t < kDTypes; ++t) {
    const auto type = static_cast<DType>(t);
    const std::string label = std::string(path).append("/").append(name(type));
    add("widen" + label, level, 4 + size_of(type), [=](const float*, const float*, float* out, std::byte* stored) {
      widen(type, stored, Pattern::row(kElements), out);
    });
    add("narrow" + label, level, 4 + size_of(type), [=](const float* a, const float*, float*, std::byte* stored) {
      narrow(type, a, Pattern::row(kElements), stored);
    });
  }
  // A 2 x 2 pooling window, row by row and as one four-dimensional pattern.
  const Pattern every_second = Pattern::row(kElements / 2, 2);
  const Pattern windows{{Dim{}, Dim{2, kElements / 4}, Dim{kElements / 2, 2}, Dim{1, 2}}};
  add("widen_step_2" + path, level, 6, [=](const float*, const float*, float* out, std::byte* stored) {
    for (int i = 0; i < 2; ++i) widen(DType::bf16, stored, every_second, out);
  });
  add("widen_windows" + path, level, 6,
      [=](const float*, const float*, float* out, std::byte* stored) { widen(DType::bf16, stored, windows, out); });
  for (const AluOp op : {AluOp::add, AluOp::multiply, AluOp::max, AluOp::rsqrt, AluOp::reciprocal})
    add(std::string("alu").append(path).append("/").append(name(op)), level, 12,
        [=](const float* a, const float* b, float* out, std::byte*) { alu_rows(op, a, b, 0, false, kElements, out); });
  for (const int inner : {2, 4, 16})
    add(std::string("reduce_max").append(path).append("/").append(std::to_string(inner)), level, 4,
        [=](const float* a, const float*, float* out, std::byte*) {
          reduce_rows(AluOp::max, a, kElements / inner, inner, out);
        });
  for (const ActFn fn : {ActFn::copy, ActFn::relu, ActFn::sigmoid, ActFn::gelu, ActFn::exp, ActFn::log, ActFn::rsqrt})
    add(std::string("activate").append(path).append("/").append(name(fn)), level, 8,
        [=](const float* a, const float*, float* out, std::byte*) { activate(fn, a, kElements, 1.0f, 0.25f, 0, out); });
}

}  // namespace

int main(int argc, char** argv) {
  for (const SimdLevel level : {SimdLevel::scalar, SimdLevel::avx2, SimdLevel::avx512})
    if (level <= host_simd_level()) add_level(level);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
