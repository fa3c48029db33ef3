#include "isa/numerics/convert.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "isa/base/error.h"
#include "isa/numerics/value.h"
#include "tests/isa/numerics/nasty.h"

using namespace inf;
using namespace inf::numerics;
using inf::numerics::testing::Random;

namespace {

constexpr DType kSmall[] = {DType::bf16, DType::fp16, DType::fp8_e4m3, DType::fp8_e5m2, DType::fp8_e3m4};

/// The value of a code by the textbook formula, in double.
double value_of(DType t, std::uint32_t code) {
  const Format f = format_of(t);
  const int bits = f.exponent_bits + f.mantissa_bits;
  const double sign = (code >> bits & 1u) != 0 ? -1 : 1;
  const int e = static_cast<int>(code >> f.mantissa_bits) & ((1 << f.exponent_bits) - 1);
  const double m = static_cast<double>(code & ((1u << f.mantissa_bits) - 1)) / (1 << f.mantissa_bits);
  const int bias = (1 << (f.exponent_bits - 1)) - 1;
  if (e == (1 << f.exponent_bits) - 1) return m == 0 ? sign * INFINITY : NAN;
  return e == 0 ? sign * std::ldexp(m, 1 - bias) : sign * std::ldexp(1 + m, e - bias);
}

std::uint32_t codes(DType t) { return 1u << (8 * size_of(t)); }

std::uint32_t narrow_of(DType t, double v) { return narrow_bits(format_of(t), bits_of(static_cast<float>(v))); }

}  // namespace

TEST_CASE("largest finite values") {
  struct Row {
    DType t;
    double largest, least_normal, least_subnormal;
  };
  const Row rows[] = {
      {DType::fp8_e4m3, 240, 0x1p-6, 0x1p-9},        {DType::fp8_e5m2, 57344, 0x1p-14, 0x1p-16},
      {DType::fp8_e3m4, 15.5, 0x1p-2, 0x1p-6},       {DType::fp16, 65504, 0x1p-14, 0x1p-24},
      {DType::bf16, 0x1.fep127, 0x1p-126, 0x1p-133},
  };
  for (const Row& row : rows) {
    CAPTURE(name(row.t));
    const Format f = format_of(row.t);
    CHECK(value_of(row.t, f.infinity() - 1) == row.largest);
    CHECK(value_of(row.t, 1u << f.mantissa_bits) == row.least_normal);
    CHECK(value_of(row.t, 1) == row.least_subnormal);
  }
}

TEST_CASE("rows") {
  struct Row {
    const char* name;
    DType t;
    std::uint32_t f32, want;
  };
  const Row rows[] = {
      // 1 + 2^-8 lies half-way between 1.0 and the next bf16: the even one wins
      {"tie to even", DType::bf16, 0x3f808000u, 0x3f80u},
      {"above the tie", DType::bf16, 0x3f808001u, 0x3f81u},
      {"tie to even, up", DType::bf16, 0x3f818000u, 0x3f82u},
      {"NaN", DType::bf16, 0xff800001u, 0x7fc0u},
      {"overflow", DType::bf16, 0x7f7fffffu, 0x7f80u},
      {"subnormal of bf16", DType::bf16, 0x00018000u, 0x0002u},
      {"largest fp16", DType::fp16, 0x477fe000u, 0x7bffu},
      {"below the overflow tie", DType::fp16, 0x477fefffu, 0x7bffu},
      {"overflow tie", DType::fp16, 0x477ff000u, 0x7c00u},
      {"half the least fp16", DType::fp16, 0x33000000u, 0x0000u},
      {"just above it", DType::fp16, 0x33000001u, 0x0001u},
      {"e4m3 overflow tie 248", DType::fp8_e4m3, 0x43780000u, 0x78u},
      {"e4m3 247.9", DType::fp8_e4m3, 0x4377ffffu, 0x77u},
      {"tf32 tie to even", DType::tf32, 0x3f801000u, 0x3f800000u},
      {"tf32 above the tie", DType::tf32, 0x3f801001u, 0x3f802000u},
      {"tf32 overflow", DType::tf32, 0x7f7fffffu, 0x7f800000u},
      {"-0", DType::fp8_e5m2, 0x80000000u, 0x80u},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(narrow_bits(format_of(row.t), row.f32) == row.want);
  }
  CHECK(bf16::from_f32_bits(0x3f818000u).bits() == 0x3f82);
  CHECK(fp8_e4m3::from_bits(0x77).f32_bits() == bits_of(240.0f));
  CHECK(fp16::nan().bits() == 0x7e00);
  CHECK(fp8_e5m2::infinity().bits() == 0x7c);
}

TEST_CASE("every code widens to its textbook value and narrows back") {
  for (const DType t : kSmall) {
    CAPTURE(name(t));
    int wrong = 0;
    for (std::uint32_t code = 0; code < codes(t); ++code) {
      const std::uint32_t wide = widen_bits(format_of(t), code);
      const double value = value_of(t, code);
      const std::uint32_t want = std::isnan(value) ? kCanonicalNan : bits_of(static_cast<float>(value));
      const std::uint32_t back = std::isnan(value) ? format_of(t).nan() : code;
      wrong += wide != want || narrow_bits(format_of(t), wide) != back ? 1 : 0;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("every rounding boundary: between each two neighbours, the tie and the fp32 values beside it") {
  for (const DType t : kSmall) {
    CAPTURE(name(t));
    const Format f = format_of(t);
    int wrong = 0;
    for (std::uint32_t code = 0; code < f.infinity(); ++code) {
      // Overflow rounds as if one more binade existed.
      const double low = value_of(t, code);
      const double high = code + 1 == f.infinity() ? std::ldexp(1.0, f.max_exponent() + 1) : value_of(t, code + 1);
      const std::uint32_t even = code % 2 == 0 ? code : code + 1;
      const auto tie = static_cast<float>((low + high) / 2);
      if (static_cast<double>(tie) != (low + high) / 2) continue;  // bf16 ties below fp32's own subnormals do not exist
      for (const std::uint32_t sign : {0u, 1u}) {
        const auto narrow = [&](float v) { return narrow_bits(f, bits_of(v) | sign << 31); };
        const std::uint32_t s = sign != 0 ? f.sign() : 0;
        wrong += narrow(tie) != (s | even) ? 1 : 0;
        wrong += narrow(std::nextafterf(tie, 0.0f)) != (s | code) ? 1 : 0;
        wrong += narrow(std::nextafterf(tie, INFINITY)) != (s | (code + 1)) ? 1 : 0;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("tf32 is fp32 with the low 13 bits rounded away") {
  Random r(3);
  for (int i = 0; i < 200'000; ++i) {
    const std::uint32_t bits = testing::nasty_f32(r);
    if (is_nan_bits(bits)) continue;
    const std::uint32_t down = bits & ~0x1fffu, rest = bits & 0x1fffu;
    const std::uint32_t want = rest > 0x1000u || (rest == 0x1000u && (down >> 13 & 1u) != 0) ? down + 0x2000u : down;
    REQUIRE(narrow_bits(format_of(DType::tf32), bits) == want);
    REQUIRE(widen_bits(format_of(DType::tf32), bits) == down);
  }
}

TEST_CASE("all pairs of 8-bit values: products and sums rounded once") {
  for (const DType t : {DType::fp8_e4m3, DType::fp8_e5m2, DType::fp8_e3m4}) {
    CAPTURE(name(t));
    std::vector<std::pair<double, std::uint32_t>> values;
    const Format f = format_of(t);
    for (std::uint32_t code = 0; code <= f.infinity(); ++code)
      values.push_back({code == f.infinity() ? std::ldexp(1.0, f.max_exponent() + 1) : value_of(t, code), code});
    const auto nearest = [&](double v) {
      const auto above =
          std::lower_bound(values.begin(), values.end(), std::pair<double, std::uint32_t>{std::fabs(v), 0});
      std::uint32_t code = f.infinity();
      if (above != values.end()) {
        code = above->second;
        if (above != values.begin()) {
          const auto below = above - 1;
          const double down = std::fabs(v) - below->first, up = above->first - std::fabs(v);
          if (down < up || (down == up && below->second % 2 == 0)) code = below->second;
        }
      }
      return std::signbit(v) ? code | f.sign() : code;
    };
    int wrong = 0;
    for (std::uint32_t a = 0; a < 256; ++a) {
      for (std::uint32_t b = 0; b < 256; ++b) {
        const float x = float_of(widen_bits(f, a)), y = float_of(widen_bits(f, b));
        const double product = value_of(t, a) * value_of(t, b), sum = value_of(t, a) + value_of(t, b);
        for (const auto& [got, exact] : {std::pair{x * y, product}, std::pair{x + y, sum}}) {
          const std::uint32_t want = std::isnan(exact) ? f.nan() : nearest(exact);
          wrong += narrow_bits(f, bits_of(got)) != want ? 1 : 0;
        }
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("fp32 to integers: nearest even, saturating, NaN to 0") {
  struct Row {
    const char* name;
    DType t;
    float v;
    std::uint32_t want;
  };
  const Row rows[] = {
      {"tie to even", DType::int32, 2.5f, 2},
      {"tie to even, up", DType::int32, 3.5f, 4},
      {"negative tie", DType::int8, -2.5f, 0xfe},
      {"saturates high", DType::int8, 200, 127},
      {"saturates low", DType::int8, -200, 0x80},
      {"unsigned low", DType::uint8, -1, 0},
      {"unsigned high", DType::uint8, 255.5f, 255},
      {"rounds to the top", DType::int16, 32767.4f, 32767},
      {"2^31", DType::int32, 0x1p31f, 0x7fffffffu},
      {"-2^31", DType::int32, -0x1p31f, 0x80000000u},
      {"uint32", DType::uint32, 0x1.fffffep31f, 0xffffff00u},
      {"2^32", DType::uint32, 0x1p32f, 0xffffffffu},
      {"huge", DType::uint32, 0x1p127f, 0xffffffffu},
      {"infinity", DType::int16, -INFINITY, 0x8000u},
      {"NaN", DType::int32, NAN, 0},
      {"subnormal", DType::int32, 0x1p-149f, 0},
      {"half", DType::int32, 0.5f, 0},
      {"above half", DType::int32, 0x1.000002p-1f, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(to_integer_bits(row.t, bits_of(row.v)) == row.want);
  }
  CHECK_THROWS_WITH_AS(to_integer_bits(DType::bf16, 0), "bf16 is not an integer type", Error);
}

TEST_CASE("integers to fp32: nearest even") {
  Random r(9);
  for (int i = 0; i < 300'000; ++i) {
    const auto bits = static_cast<std::uint32_t>(r.bits()) >> r.below(32);
    REQUIRE(from_integer_bits(DType::int32, bits) == bits_of(static_cast<float>(static_cast<std::int32_t>(bits))));
    REQUIRE(from_integer_bits(DType::uint32, bits) == bits_of(static_cast<float>(bits)));
    REQUIRE(from_integer_bits(DType::int16, bits) == bits_of(static_cast<std::int16_t>(bits)));
    REQUIRE(from_integer_bits(DType::int8, bits) == bits_of(static_cast<std::int8_t>(bits)));
  }
}

TEST_CASE("stochastic rounding") {
  const auto rounding = [](std::uint64_t element) { return Rounding{Round::stochastic, 42, 7, element}; };
  SUBCASE("goes to one of the two neighbours, up with the probability of the remainder") {
    // 1 + 0.3 * 2^-7, between bf16 0x3f80 and 0x3f81
    const std::uint32_t v = bits_of(1.0f + 0.3f * 0x1p-7f);
    int up = 0;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      const std::uint32_t got = narrow_bits(format_of(DType::bf16), v, rounding(i));
      REQUIRE((got == 0x3f80u || got == 0x3f81u));
      up += got == 0x3f81u ? 1 : 0;
    }
    CHECK(up > 5'700);
    CHECK(up < 6'300);
  }
  SUBCASE("leaves exact values alone") {
    for (std::uint64_t i = 0; i < 1000; ++i)
      CHECK(narrow_bits(format_of(DType::bf16), 0x3f810000u, rounding(i)) == 0x3f81u);
  }
  SUBCASE("depends on seed, instruction and element only") {
    CHECK(random_bits(1, 2, 3) == random_bits(1, 2, 3));
    CHECK(random_bits(1, 2, 3) != random_bits(1, 3, 2));
    CHECK(random_bits(1, 2, 3) != random_bits(2, 2, 3));
  }
  // Adding 0.5 to 1024 in fp16 stays under nearest even and grows by 0.5 on average under stochastic rounding.
  SUBCASE("lets small increments accumulate") {
    std::uint32_t sum = narrow_of(DType::fp16, 1024);
    for (std::uint64_t i = 0; i < 2048; ++i)
      sum = narrow_bits(format_of(DType::fp16), bits_of(float_of(widen_bits(format_of(DType::fp16), sum)) + 0.5f),
                        rounding(i));
    CHECK(value_of(DType::fp16, sum) > 1948);
    CHECK(value_of(DType::fp16, sum) < 2148);
  }
}

TEST_CASE("type names") {
  for (int i = 0; i < kDTypes; ++i) CHECK(dtype_from(name(static_cast<DType>(i))) == static_cast<DType>(i));
  CHECK(!dtype_from("float").has_value());
}
