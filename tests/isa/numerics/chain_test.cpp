#include "isa/numerics/reference/chain.h"

#include <doctest/doctest.h>
#include <mpfr.h>

#include <cmath>

#include "isa/numerics/convert.h"
#include "isa/numerics/matmul.h"
#include "tests/isa/numerics/nasty.h"

using namespace inf;
using namespace inf::numerics;
using inf::numerics::testing::Random;

namespace {

/// The contract through MPFR: one rounding to 24 bits with an unbounded exponent, then flush or overflow.
class Oracle {
 public:
  Oracle() { mpfr_inits2(24, a_, b_, c_, r_, static_cast<mpfr_ptr>(nullptr)); }
  ~Oracle() { mpfr_clears(a_, b_, c_, r_, static_cast<mpfr_ptr>(nullptr)); }

  std::uint32_t fma(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    mpfr_set_flt(a_, float_of(flush_bits(a)), MPFR_RNDN);
    mpfr_set_flt(b_, float_of(flush_bits(b)), MPFR_RNDN);
    mpfr_set_flt(c_, float_of(flush_bits(c)), MPFR_RNDN);
    mpfr_fma(r_, a_, b_, c_, MPFR_RNDN);
    const std::uint32_t sign = mpfr_signbit(r_) != 0 ? 0x80000000u : 0u;
    if (mpfr_nan_p(r_) != 0) return kCanonicalNan;
    if (mpfr_zero_p(r_) != 0) return sign;
    if (mpfr_regular_p(r_) != 0 && mpfr_get_exp(r_) - 1 < -126) return sign;
    if (mpfr_inf_p(r_) != 0 || mpfr_get_exp(r_) - 1 > 127) return sign | 0x7f800000u;
    return bits_of(mpfr_get_flt(r_, MPFR_RNDN));
  }

 private:
  mpfr_t a_, b_, c_, r_;
};

/// c chosen so that a * b + c lands within a few units of the smallest normal number.
std::uint32_t towards_least_normal(Random& r, std::uint32_t a, std::uint32_t b) {
  const double target = std::ldexp(1.0 + (r.between(-6, 6)) * 0x1p-25, -126) * (r.below(2) != 0 ? 1 : -1);
  return bits_of(static_cast<float>(target - static_cast<double>(float_of(a)) * float_of(b)));
}

}  // namespace

TEST_CASE("one step: rows") {
  struct Row {
    const char* name;
    std::uint32_t a, b, c, want;
  };
  const Row rows[] = {
      {"exact", 0x40000000u, 0x40400000u, 0x3f800000u, 0x40e00000u},
      {"subnormal input is zero", 0x00400000u, 0x7f000000u, 0x00000000u, 0x00000000u},
      {"its sign stays", 0x80400000u, 0x7f000000u, 0x80000000u, 0x80000000u},
      {"exact subnormal result is zero", 0x00800001u, 0x3f800000u, 0x80800000u, 0x00000000u},
      {"negative one keeps its sign", 0x00800000u, 0x3f800000u, 0x80800001u, 0x80000000u},
      // 2^-126 - 2^-151 is a tie between 2^-126 - 2^-150 and 2^-126 when the exponent is unbounded: the even one,
      // 2^-126
      {"tie just below the least normal", 0x00800000u, 0x3f800000u, 0x80000000u, 0x00800000u},
      {"rounds up to the least normal", 0x007fffffu + 2u, 0x3f7fffffu, 0x00000000u, 0x00800000u},
      {"cancellation gives +0", 0x3f800000u, 0x3f800000u, 0xbf800000u, 0x00000000u},
      {"-0 + -0", 0x80000000u, 0x3f800000u, 0x80000000u, 0x80000000u},
      {"overflow", 0x7f7fffffu, 0x40000000u, 0x00000000u, 0x7f800000u},
      {"no overflow before the sum", 0x7f7fffffu, 0x40000000u, 0xff7fffffu, 0x7f7fffffu},
      {"zero times infinity", 0x00000000u, 0x7f800000u, 0x3f800000u, kCanonicalNan},
      {"infinity minus infinity", 0x7f800000u, 0x3f800000u, 0xff800000u, kCanonicalNan},
      {"NaN loses its payload", 0xffc12345u, 0x3f800000u, 0x3f800000u, kCanonicalNan},
  };
  Oracle oracle;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(reference::fma_flush(row.a, row.b, row.c) == row.want);
    CHECK(oracle.fma(row.a, row.b, row.c) == row.want);
  }
}

TEST_CASE("one step: random operands against MPFR") {
  Random r(5);
  Oracle oracle;
  int wrong = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const std::uint32_t a = testing::nasty_f32(r), b = testing::nasty_f32(r);
    const std::uint32_t c = i % 2 != 0 ? testing::nasty_f32(r) : towards_least_normal(r, a, b);
    wrong += reference::fma_flush(a, b, c) != oracle.fma(a, b, c) ? 1 : 0;
    wrong += reference::add_flush(a, c) != oracle.fma(a, 0x3f800000u, c) ? 1 : 0;
  }
  CHECK(wrong == 0);
}

TEST_CASE("the host's fma with subnormals off is the reference, for every level") {
  // Two products into one chain: the first sets the accumulator to c, the second adds a * b to it.
  Random r(6);
  constexpr int kColumns = 512, kRows = 96;
  for (int round = 0; round < 24; ++round) {
    std::vector<float> w(2 * kRows), x(2 * kColumns);
    for (int m = 0; m < kRows; ++m) w[static_cast<std::size_t>(kRows + m)] = float_of(testing::nasty_f32(r));
    for (int n = 0; n < kColumns; ++n) x[static_cast<std::size_t>(kColumns + n)] = float_of(testing::nasty_f32(r));
    for (int m = 0; m < kRows; ++m)
      w[static_cast<std::size_t>(m)] = m % 2 != 0 ? 1.0f : float_of(testing::nasty_f32(r));
    for (int n = 0; n < kColumns; ++n)
      x[static_cast<std::size_t>(n)] =
          float_of(towards_least_normal(r, bits_of(w[static_cast<std::size_t>(kRows + n % kRows)]),
                                        bits_of(x[static_cast<std::size_t>(kColumns + n)])));
    const ConstTile weights{reinterpret_cast<std::byte*>(w.data()), kRows * 4, 2, DType::fp32, Pattern::row(kRows)};
    const ConstTile moving{reinterpret_cast<std::byte*>(x.data()), kColumns * 4, 2, DType::fp32,
                           Pattern::row(kColumns)};
    std::vector<std::uint32_t> want;
    for (int m = 0; m < kRows; ++m)
      for (int n = 0; n < kColumns; ++n) {
        const auto at = [](const std::vector<float>& v, int i) { return bits_of(v[static_cast<std::size_t>(i)]); };
        const std::uint32_t first = reference::fma_flush(at(w, m), at(x, n), 0);
        want.push_back(reference::fma_flush(at(w, kRows + m), at(x, kColumns + n), first));
      }
    for (const SimdLevel level : testing::host_levels()) {
      CAPTURE(name(level));
      set_simd_level(level);
      std::vector<std::uint32_t> got(want.size());
      matmul(Stationary(weights), moving,
             {reinterpret_cast<std::byte*>(got.data()), kColumns * 4, kRows, DType::fp32, Pattern::row(kColumns)},
             false);
      CHECK(got == want);
    }
  }
}
