#include <doctest/doctest.h>

#include "tests/sim/support/program_builder.h"

using namespace inf;
using namespace inf::sim;
using namespace inf::sim::test;

namespace {

/// out = relu(transpose(w) x), w [K,M], x [K,N], all fp32 in device memory, cast to bf16 on the way in.
Builder gemm(int k, int m, unsigned n) {
  Builder b;
  const auto w = b.input("w", DType::fp32, {k, m}), x = b.input("x", DType::fp32, {k, n}),
             out = b.output("out", DType::fp32, {m, n});
  const Access ws = sbuf(0, k, 0, DType::bf16, static_cast<unsigned>(m)), xs = sbuf(0, k, 4096, DType::bf16, n);
  const Access os = sbuf(0, m, 16384, DType::fp32, n);
  b.add(Engine::sync, dma(ws, dram(w, k, DType::fp32, static_cast<unsigned>(m))), {}, signal(0));
  b.add(Engine::sync, dma(xs, dram(x, k, DType::fp32, n), 1), {}, signal(1));
  b.add(Engine::tensor, load(ws), {wait(0, 1)});
  b.add(Engine::tensor, matmul(psum(0, m, 0, n), xs), {wait(1, 1)}, signal(2));
  b.add(Engine::scalar, activation(os, psum(0, m, 0, n), numerics::ActFn::relu), {wait(2, 1)}, signal(3));
  b.add(Engine::sync, dma(dram(out, m, DType::fp32, n), os), {wait(3, 1)}, signal(4));
  return b;
}

}  // namespace

TEST_CASE("DMA load, load_stationary, matmul, activation, DMA store: values and cycles") {
  Builder b = gemm(64, 32, 100);
  std::vector<float> w(64 * 32), x(64 * 100);
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(static_cast<int>(i * 7 % 11) - 5);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(static_cast<int>(i * 5 % 13) - 6);
  const SimResult r = b.run({floats("w", w), floats("x", x)});
  REQUIRE(r.outputs.size() == 1);
  const std::vector<float> out = as_floats(r.outputs[0]);
  for (std::size_t m = 0; m < 32; ++m)
    for (std::size_t n = 0; n < 100; ++n) {
      float want = 0;
      for (std::size_t k = 0; k < 64; ++k) want += w[k * 32 + m] * x[k * 100 + n];
      REQUIRE(out[m * 100 + n] == (want > 0 ? want : 0));
    }
  CHECK(r.instructions == 6);
  CHECK(r.end.value > 0);
  MESSAGE("end tick " << r.end.value << ", kernel events " << r.kernel_events);
}
