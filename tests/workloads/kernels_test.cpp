#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <random>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/numerics/convert.h"
#include "sim/kernel/simulate.h"
#include "workloads/kernels/depthwise.h"
#include "workloads/kernels/elementwise.h"
#include "workloads/kernels/gemm.h"
#include "workloads/kernels/kernels.h"
#include "workloads/kernels/products.h"
#include "workloads/kernels/scan.h"

using namespace inf;
using namespace inf::workloads;

namespace {

using Floats = std::vector<float>;

const arch::ChipSpec& inf2() {
  static const arch::ChipSpec chip = arch::load_chip(std::string(INF_SOURCE_DIR) + "/configs/chips/inf2.yaml");
  return chip;
}

std::uint32_t store(DType dtype, float x) { return numerics::store_f32_bits(dtype, numerics::bits_of(x)); }
float load(DType dtype, std::uint32_t bits) { return numerics::float_of(numerics::load_f32_bits(dtype, bits)); }

/// Values of `dtype`, from -1 to 1 unless `low` says otherwise.
Floats random_values(std::int64_t n, DType dtype, unsigned seed, float low = -1) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> draw(low, 1);
  Floats values(static_cast<std::size_t>(n));
  for (float& v : values) v = load(dtype, store(dtype, draw(engine)));
  return values;
}

std::vector<std::byte> bytes_of(const Floats& values, DType dtype) {
  std::vector<std::byte> bytes;
  for (const float v : values) {
    const std::uint32_t bits = store(dtype, v);
    for (int b = 0; b < size_of(dtype); ++b) bytes.push_back(static_cast<std::byte>(bits >> (8 * b)));
  }
  return bytes;
}

Floats floats_of(const std::vector<std::byte>& bytes, DType dtype) {
  Floats values;
  const auto size = static_cast<std::size_t>(size_of(dtype));
  for (std::size_t i = 0; i < bytes.size(); i += size) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &bytes[i], size);
    values.push_back(load(dtype, bits));
  }
  return values;
}

struct Outcome {
  Floats out;
  sim::SimResult run;
};

/// Runs with values and hazard checks; `inputs` in the order of the kernel's input tensors.
Outcome run(const Kernel& kernel, const std::vector<Floats>& inputs) {
  const auto program = program_of(kernel, inf2());
  std::vector<sim::TensorData> data;
  std::size_t next = 0;
  for (const isa::TensorEntry& t : program->image().tensors)
    if (t.role == isa::TensorEntry::Role::input) data.push_back({t.name, bytes_of(inputs.at(next++), t.dtype)});
  Outcome outcome;
  outcome.run = sim::simulate(inf2(), *program, data, {});
  for (const isa::TensorEntry& t : program->image().tensors)
    if (t.role == isa::TensorEntry::Role::output) outcome.out = floats_of(outcome.run.outputs.at(0).bytes, t.dtype);
  return outcome;
}

float bf16(float x) { return load(DType::bf16, store(DType::bf16, x)); }

/// One matmul's contraction: fused steps in ascending order from +0.
float chain(const GemmSizes& s, const Floats& lhs_t, const Floats& rhs, std::int64_t m, std::int64_t n,
            std::int64_t k) {
  float sum = 0;
  for (std::int64_t i = k; i < k + 128; ++i)
    sum = std::fma(lhs_t[static_cast<std::size_t>(i * s.m + m)], rhs[static_cast<std::size_t>(i * s.n + n)], sum);
  return sum;
}

/// PSUM adds up `psum` matmuls, then the result is rounded to bf16, as often as the contraction is cut.
float product(const GemmSizes& s, const Floats& lhs_t, const Floats& rhs, std::int64_t m, std::int64_t n,
              std::int64_t psum) {
  float result = 0;
  for (std::int64_t k = 0; k < s.k; k += psum * 128) {
    float sum = chain(s, lhs_t, rhs, m, n, k);
    for (std::int64_t i = 1; i < psum; ++i) sum += chain(s, lhs_t, rhs, m, n, k + i * 128);
    result = k == 0 ? bf16(sum) : bf16(sum + result);
  }
  return result;
}

}  // namespace

TEST_CASE("matrix products: every bit of the plain loops") {
  struct Row {
    const char* name;
    GemmSizes sizes;
    std::function<Kernel(const GemmSizes&)> make;
    std::int64_t psum;  ///< matmuls that PSUM adds up
  };
  const Row rows[] = {
      {"tiled", {128, 256, 1024}, [](const GemmSizes& s) { return gemm_tiled(s); }, 2},
      {"hoisted", {256, 256, 1024}, [](const GemmSizes& s) { return gemm_hoisted(s); }, 2},
      {"blocked free", {256, 256, 2048}, [](const GemmSizes& s) { return gemm_blocked_free(s); }, 2},
      {"blocked",
       {512, 512, 1024},
       [](const GemmSizes& s) {
         return gemm_blocked(s, {2, 1, 2});
       },
       2},
      {"blocked, contraction whole",
       {256, 256, 2048},
       [](const GemmSizes& s) {
         return gemm_blocked(s, {1, 2, 2});
       },
       2},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const GemmSizes& s = row.sizes;
    const Floats lhs = random_values(s.k * s.m, DType::bf16, 1), rhs = random_values(s.k * s.n, DType::bf16, 2);
    const Outcome got = run(row.make(s), {lhs, rhs});
    CHECK(got.run.counters.macs == static_cast<std::uint64_t>(s.m * s.k * s.n));
    std::int64_t wrong = 0;
    for (std::int64_t m = 0; m < s.m; m += 7)
      for (std::int64_t n = 0; n < s.n; n += 5)
        wrong += got.out[static_cast<std::size_t>(m * s.n + n)] != product(s, lhs, rhs, m, n, row.psum);
    CHECK(wrong == 0);
  }
}

TEST_CASE("traffic of the matrix products: what each way of blocking loads again") {
  const GemmSizes s{512, 256, 2048};
  const std::int64_t lhs = s.k * s.m * 2, rhs = s.k * s.n * 2, out = s.m * s.n * 2;
  const Floats a(static_cast<std::size_t>(s.k * s.m)), b(static_cast<std::size_t>(s.k * s.n));
  struct Row {
    const char* name;
    Kernel kernel;
    std::int64_t read;
  };
  const Row rows[] = {
      {"tiled", gemm_tiled(s), s.n / 512 * lhs + s.m / 128 * rhs},
      {"hoisted", gemm_hoisted(s), lhs + s.m / 128 * rhs},
      {"blocked free", gemm_blocked_free(s), lhs + s.m / 256 * rhs},
      {"blocked", gemm_blocked(s, {4, 2, 1}), s.n / 1024 * lhs + rhs},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Outcome got = run(row.kernel, {a, b});
    CHECK(got.run.counters.dram_read == row.read);
    CHECK(got.run.counters.dram_written == out);
  }
}

TEST_CASE("element by element") {
  SUBCASE("vector add, exact") {
    for (const VectorAddSizes& s :
         {VectorAddSizes{64, 1, 1}, VectorAddSizes{1024, 128, 1}, VectorAddSizes{25600, 128, 200}}) {
      CAPTURE(s.partitions);
      const Floats a = random_values(s.elements, DType::fp32, 3), b = random_values(s.elements, DType::fp32, 4);
      const Outcome got = run(vector_add(s), {a, b});
      for (std::size_t i = 0; i < a.size(); ++i) REQUIRE(got.out[i] == a[i] + b[i]);
      CHECK(got.run.counters.dma_transfers == static_cast<std::uint64_t>(3 * s.elements / (s.partitions * s.columns)));
    }
  }
  SUBCASE("silu, within the error of its tables") {
    const MapSizes s{256, 64};
    const Floats x = random_values(s.rows * s.columns, DType::fp32, 5, -8);
    const Outcome got = run(silu(s), {x});
    for (std::size_t i = 0; i < x.size(); ++i)
      REQUIRE(got.out[i] == doctest::Approx(x[i] / (1 + std::exp(-static_cast<double>(x[i])))).epsilon(1e-5));
  }
  SUBCASE("adamw, rows that end inside a tile") {
    const MapSizes s{192, 32};
    const auto n = s.rows * s.columns;
    const Floats theta = random_values(n, DType::fp32, 6), g = random_values(n, DType::fp32, 7),
                 m = random_values(n, DType::fp32, 8), v = random_values(n, DType::fp32, 9, 0.01f);
    const Outcome got = run(adamw(s), {theta, g, m, v});
    const AdamwRates r;
    for (std::size_t i = 0; i < theta.size(); ++i) {
      const double m1 = r.beta1 * m[i] + (1 - r.beta1) * g[i], v1 = r.beta2 * v[i] + (1 - r.beta2) * g[i] * g[i];
      const double want =
          theta[i] - r.rate * (r.correction1 * m1 / (std::sqrt(r.correction2 * v1) + r.epsilon) + r.decay * theta[i]);
      REQUIRE(got.out[i] == doctest::Approx(want).epsilon(1e-5));
    }
    CHECK(got.run.counters.dram_read == 4 * n * 4);
    CHECK(got.run.counters.dram_written == n * 4);
  }
}

TEST_CASE("products of fp32 rows: every bit of the plain loops") {
  const auto wrong = [](const ProductSizes& s, const float* a, const float* b, const float* got) {
    const auto at = [](const float* v, std::int64_t i) { return v[i]; };
    std::int64_t count = 0;
    for (std::int64_t m = 0; m < s.m; m += 5)
      for (std::int64_t n = 0; n < s.n; n += 7) {
        float sum = 0;
        for (std::int64_t k = 0; k < s.k; k += 128) {
          float part = 0;
          for (std::int64_t i = k; i < std::min(k + 128, s.k); ++i)
            part = std::fma(at(a, m * s.k + i), at(b, i * s.n + n), part);
          sum = k == 0 ? part : sum + part;
        }
        count += got[m * s.n + n] != sum;
      }
    return count;
  };
  SUBCASE("matmul: rows are turned and loaded anew for every 1024 columns") {
    const ProductSizes s{256, 256, 2048};
    const Floats a = random_values(s.m * s.k, DType::fp32, 11), b = random_values(s.k * s.n, DType::fp32, 12);
    const Outcome got = run(matmul_fp32(s), {a, b});
    CHECK(wrong(s, a.data(), b.data(), got.out.data()) == 0);
    CHECK(got.run.counters.dram_read == s.n / 1024 * s.m * s.k * 4 + s.m / 128 * s.k * s.n * 4);
  }
  SUBCASE("batched, two batches by way of device memory") {
    const BatchedSizes s{6, 256, 64, 512};
    const Floats a = random_values(s.batch * s.m * s.k, DType::fp32, 13),
                 b = random_values(s.batch * s.k * s.n, DType::fp32, 14);
    const Outcome got = run(batched_matmul(s), {a, b});
    for (std::int64_t i = 0; i < s.batch; ++i)
      CHECK(wrong({s.m, s.k, s.n}, &a[static_cast<std::size_t>(i * s.m * s.k)],
                  &b[static_cast<std::size_t>(i * s.k * s.n)], &got.out[static_cast<std::size_t>(i * s.m * s.n)]) == 0);
    const std::int64_t turned = 2 * s.k * s.m * 4;
    CHECK(got.run.counters.dram_written == s.batch * s.m * s.n * 4 + turned);
    CHECK(got.run.counters.dram_read == s.batch * (s.m * s.k + 2 * s.k * s.n) * 4 + turned);
  }
}

TEST_CASE("products with functions between them, within the error of the tables") {
  SUBCASE("rmsnorm_matmul") {
    const ProductSizes s{768, 256, 512};
    const Floats x = random_values(s.m * s.k, DType::fp32, 15), w = random_values(s.k * s.n, DType::fp32, 16);
    const Outcome got = run(rmsnorm_matmul(s), {x, w});
    for (std::int64_t m = 0; m < s.m; m += 51)
      for (std::int64_t n = 0; n < s.n; n += 31) {
        double squares = 0, sum = 0;
        for (std::int64_t k = 0; k < s.k; ++k) {
          const double v = x[static_cast<std::size_t>(m * s.k + k)];
          squares += v * v;
          sum += v * w[static_cast<std::size_t>(k * s.n + n)];
        }
        const double want = sum / std::sqrt(squares / static_cast<double>(s.k) + 1e-6);
        REQUIRE(std::abs(got.out[static_cast<std::size_t>(m * s.n + n)] - want) < 1e-4);
      }
    CHECK(got.run.counters.dram_read == (s.m * s.k + 128 * s.k + s.k * s.n) * 4);  // one tile of six came twice
  }
  SUBCASE("swiglu") {
    const ProductSizes s{512, 512, 256};
    const Floats x = random_values(s.m * s.k, DType::fp32, 17), gate = random_values(s.k * s.n, DType::fp32, 18),
                 up = random_values(s.k * s.n, DType::fp32, 19), down = random_values(s.n * s.k, DType::fp32, 20);
    const Outcome got = run(swiglu(s), {x, gate, up, down});
    for (std::int64_t m = 0; m < s.m; m += 97) {
      std::vector<double> hidden;
      for (std::int64_t n = 0; n < s.n; ++n) {
        double g = 0, u = 0;
        for (std::int64_t k = 0; k < s.k; ++k) {
          g += double{x[static_cast<std::size_t>(m * s.k + k)]} * gate[static_cast<std::size_t>(k * s.n + n)];
          u += double{x[static_cast<std::size_t>(m * s.k + k)]} * up[static_cast<std::size_t>(k * s.n + n)];
        }
        hidden.push_back(g / (1 + std::exp(-g)) * u);
      }
      for (std::int64_t k = 0; k < s.k; k += 37) {
        double want = 0;
        for (std::int64_t n = 0; n < s.n; ++n)
          want += hidden[static_cast<std::size_t>(n)] * down[static_cast<std::size_t>(n * s.k + k)];
        REQUIRE(std::abs(got.out[static_cast<std::size_t>(m * s.k + k)] - want) < 0.05);  // of sums around 500
      }
    }
    CHECK(got.run.counters.dram_written == (s.m * s.k + s.m * s.k + s.m * s.n) * 4);
    CHECK(got.run.counters.dram_read == (3 * s.m * s.k + 3 * s.k * s.n + s.m * s.n) * 4);
  }
}

TEST_CASE("scans and depthwise convolution") {
  SUBCASE("both ways of scanning") {
    const ScanSizes s{256, 64, 4};
    const Floats delta = random_values(s.channels * s.steps, DType::fp32, 21, 0),
                 u = random_values(s.channels * s.steps, DType::fp32, 22),
                 a = random_values(s.channels * s.states, DType::fp32, 23),
                 b = random_values(s.states * s.steps, DType::fp32, 24),
                 c = random_values(s.states * s.steps, DType::fp32, 25);
    Floats identity(128 * 128);
    for (std::size_t i = 0; i < 128; ++i) identity[i * 129] = 1;
    Floats negative = a;
    for (float& v : negative) v = -std::abs(v);
    const Outcome plain = run(mamba_scan(s), {delta, u, negative, b, c});
    const Outcome fused = run(mamba_scan_fused(s), {delta, u, negative, b, c, identity});
    for (std::int64_t channel = 0; channel < s.channels; channel += 3) {
      std::vector<double> want(static_cast<std::size_t>(s.steps));
      for (std::int64_t state = 0; state < s.states; ++state) {
        double h = 0;
        for (std::int64_t t = 0; t < s.steps; ++t) {
          const auto at = static_cast<std::size_t>(channel * s.steps + t),
                     bc = static_cast<std::size_t>(state * s.steps + t);
          h = std::exp(double{delta[at]} * negative[static_cast<std::size_t>(channel * s.states + state)]) * h +
              double{delta[at]} * u[at] * b[bc];
          want[static_cast<std::size_t>(t)] += h * c[bc];
        }
      }
      for (std::int64_t t = 0; t < s.steps; ++t) {
        const auto at = static_cast<std::size_t>(channel * s.steps + t);
        REQUIRE(std::abs(plain.out[at] - want[static_cast<std::size_t>(t)]) < 1e-4);
        REQUIRE(plain.out[at] == fused.out[at]);
      }
    }
  }
  SUBCASE("both ways of convolving: every bit of the plain loops") {
    const DepthwiseSizes s{2, 128, 256, 3};
    const std::int64_t wide = s.width + s.taps - 1;
    const Floats in = random_values(s.batch * s.channels * wide, DType::fp32, 26),
                 weights = random_values(s.channels * s.taps, DType::fp32, 27);
    for (const Kernel& kernel : {depthwise_by_element(s), depthwise_by_block(s)}) {
      CAPTURE(kernel.name);
      const Outcome got = run(kernel, {in, weights});
      for (std::int64_t row = 0; row < s.batch * s.channels; ++row)
        for (std::int64_t x = 0; x < s.width; ++x) {
          const float* w = &weights[static_cast<std::size_t>(row % s.channels * s.taps)];
          const float* v = &in[static_cast<std::size_t>(row * wide + x)];
          float sum = v[0] * w[0];
          for (std::int64_t t = 1; t < s.taps; ++t) sum += v[t] * w[t];
          REQUIRE(got.out[static_cast<std::size_t>(row * s.width + x)] == sum);
        }
    }
  }
}

TEST_CASE("the list") {
  SUBCASE("every kernel has a program and a row") {
    for (const KernelInfo& k : kernels()) {
      CAPTURE(k.name);
      CHECK(!k.rows.empty());
      const auto program = make_kernel(k.name, inf2());
      isa::Segment first, again;
      REQUIRE(program->next(first));
      program->rewind();
      REQUIRE(program->next(again));
      CHECK(first.code == again.code);
    }
  }
  SUBCASE("a name that is none") {
    CHECK_THROWS_WITH_AS(find_kernel("gemm-tile"), doctest::Contains("did you mean 'gemm-tiled'"), Error);
  }
  SUBCASE("a chip without the engines") {
    const arch::ChipSpec inf1 = arch::load_chip(std::string(INF_SOURCE_DIR) + "/configs/chips/inf1.yaml");
    CHECK_THROWS_WITH_AS(make_kernel("silu", inf1), doctest::Contains("inf1 has no gpsimd engine"), Error);
  }
}
