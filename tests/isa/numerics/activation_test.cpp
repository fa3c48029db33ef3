#include "isa/numerics/activation.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "isa/base/error.h"
#include "isa/numerics/activation_table.h"
#include "isa/numerics/convert.h"
#include "tests/isa/numerics/nasty.h"
#include "tools/activation_tables/measure.h"

using namespace inf;
using namespace inf::numerics;
using inf::numerics::testing::Random;

namespace {

std::vector<float> arguments() {
  std::vector<float> x;
  for (std::uint32_t i = 0; i < 65536; ++i) x.push_back(float_of(i << 16));
  Random r(21);
  for (int i = 0; i < 15'000; ++i) x.push_back(float_of(testing::nasty_f32(r)));
  for (int i = 0; i < 15'000; ++i) x.push_back(float_of(static_cast<std::uint32_t>(r.bits())));
  return x;
}

}  // namespace

TEST_CASE("the declared errors are the measured ones, over every bf16 argument") {
  for (int i = 0; i < kActFns; ++i) {
    const auto fn = static_cast<ActFn>(i);
    if (is_exact(fn)) continue;
    CAPTURE(name(fn));
    const ActivationError got = measure(fn, [fn](float x) { return activation(fn, x, 0); });
    const ActivationError declared = activation_error(fn);
    CHECK(got.fp32_ulp == doctest::Approx(declared.fp32_ulp).epsilon(0.001));
    CHECK(got.bf16_ulp == doctest::Approx(declared.bf16_ulp).epsilon(0.001));
    // Every function is within a hundredth ulp of the best bf16 that there is.
    CHECK(got.bf16_ulp < 0.51);
    CHECK(activation_segments(fn) <= 640);
  }
}

TEST_CASE("every SIMD level gives the scalar reference's bits") {
  const std::vector<float> x = arguments();
  std::vector<float> out(x.size());
  for (int i = 0; i < kActFns; ++i) {
    const auto fn = static_cast<ActFn>(i);
    CAPTURE(name(fn));
    for (const auto& [scale, bias] : {std::pair{1.0f, kNoBias}, std::pair{-0.37f, 1.25f}}) {
      CAPTURE(scale);
      std::vector<std::uint32_t> want(x.size());
      for (std::size_t j = 0; j < x.size(); ++j) want[j] = bits_of(activation(fn, std::fma(x[j], scale, bias), 0.25f));
      for (const SimdLevel level : testing::host_levels()) {
        CAPTURE(name(level));
        set_simd_level(level);
        activate(fn, x.data(), static_cast<std::ptrdiff_t>(x.size()), scale, bias, 0.25f, out.data());
        std::size_t wrong = 0;
        for (std::size_t j = 0; j < x.size(); ++j) wrong += bits_of(out[j]) != want[j] ? 1u : 0u;
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("short rows") {
  Random r(22);
  for (const SimdLevel level : testing::host_levels()) {
    set_simd_level(level);
    for (std::ptrdiff_t n = 0; n < 70; ++n) {
      std::vector<float> row(static_cast<std::size_t>(n) + 1, 7.0f);
      for (std::ptrdiff_t i = 0; i < n; ++i)
        row[static_cast<std::size_t>(i)] = float_of(0x3f000000u + static_cast<std::uint32_t>(r.below(1u << 24)));
      const std::vector<float> in = row;
      activate(ActFn::tanh, row.data(), n, 1, kNoBias, 0, row.data());
      for (std::ptrdiff_t i = 0; i < n; ++i)
        CHECK(bits_of(row[static_cast<std::size_t>(i)]) ==
              bits_of(activation(ActFn::tanh, in[static_cast<std::size_t>(i)], 0)));
      CHECK(row.back() == 7.0f);  // nothing past the end is written
    }
  }
}

TEST_CASE("special arguments") {
  const float inf = INFINITY, nan = float_of(kCanonicalNan), tiny = 0x1p-149f;
  struct Row {
    ActFn fn;
    float x, want;
  };
  const Row rows[] = {
      {ActFn::copy, -0.0f, -0.0f},
      {ActFn::sign, -3, -1},
      {ActFn::sign, -0.0f, 0},
      {ActFn::relu, -0.0f, 0},
      {ActFn::relu, nan, nan},
      {ActFn::prelu, -4, -1},
      {ActFn::prelu, 4, 4},
      {ActFn::abs, -inf, inf},
      {ActFn::square, 0x1p-75f, 0},
      {ActFn::sigmoid, 0, 0.5f},
      {ActFn::sigmoid, inf, 1},
      {ActFn::sigmoid, -inf, 0},
      {ActFn::sigmoid, 40, 1},
      {ActFn::sigmoid, -100, 0},
      {ActFn::tanh, -inf, -1},
      {ActFn::tanh, -0.0f, -0.0f},
      {ActFn::silu, inf, inf},
      {ActFn::silu, -inf, 0},
      {ActFn::silu, 1e30f, 1e30f},
      {ActFn::gelu, 100, 100},
      {ActFn::gelu, -100, 0},
      {ActFn::softplus, 50, 50},
      {ActFn::mish, 77, 77},
      {ActFn::erf, inf, 1},
      {ActFn::erf_d, 20, 0},
      {ActFn::exp, 0, 1},
      {ActFn::exp, -inf, 0},
      {ActFn::exp, inf, inf},
      {ActFn::exp, 89, inf},
      {ActFn::exp, -104, 0},
      {ActFn::log, 1, 0},
      {ActFn::log, 0, -inf},
      {ActFn::log, -1, nan},
      {ActFn::log, inf, inf},
      {ActFn::sin, -0.0f, -0.0f},
      {ActFn::sin, inf, nan},
      {ActFn::sqrt, 4, 2},
      {ActFn::sqrt, -0.0f, -0.0f},
      {ActFn::sqrt, -1, nan},
      {ActFn::rsqrt, 4, 0.5f},
      {ActFn::rsqrt, 0, inf},
      {ActFn::rsqrt, inf, 0},
      {ActFn::reciprocal, -4, -0.25f},
      {ActFn::reciprocal, -0.0f, -inf},
      {ActFn::reciprocal, -inf, -0.0f},
      {ActFn::reciprocal, tiny, inf},
      {ActFn::tanh, nan, nan},
      {ActFn::exp, nan, nan},
  };
  for (const Row& row : rows) {
    CAPTURE(name(row.fn));
    CAPTURE(row.x);
    CHECK(bits_of(activation(row.fn, row.x, 0.25f)) == bits_of(row.want));
  }
  // Beyond pi the end cubic goes on instead of turning back.
  CHECK(std::fabs(activation(ActFn::sin, 9, 0)) > 1);
  CHECK_THROWS_WITH_AS(activation_table(ActFn::relu), "relu has no table", Error);
}
