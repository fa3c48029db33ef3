#include "isa/numerics/ops.h"

#include <doctest/doctest.h>

#include <cmath>

#include "isa/base/error.h"
#include "isa/numerics/convert.h"

using namespace inf;
using namespace inf::numerics;

TEST_CASE("names and classes come from the table") {
  for (int i = 0; i < kAluOps; ++i) CHECK(alu_op_from(name(static_cast<AluOp>(i))) == static_cast<AluOp>(i));
  for (int i = 0; i < kActFns; ++i) CHECK(act_fn_from(name(static_cast<ActFn>(i))) == static_cast<ActFn>(i));
  CHECK(!alu_op_from("divide").has_value());
  CHECK(class_of(AluOp::bitwise_and) == AluClass::bitvec);
  CHECK(class_of(AluOp::add) == AluClass::arithmetic);
  CHECK(operands(AluOp::rsqrt) == 1);
  CHECK(reduces(AluOp::max));
  CHECK(!reduces(AluOp::power));
  CHECK(set_of(ActFn::gelu) == ActSet::gelu_and_others);
  CHECK(is_exact(ActFn::relu));
  CHECK(!is_exact(ActFn::tanh));
}

TEST_CASE("arithmetic operators") {
  const float nan = float_of(kCanonicalNan), inf = INFINITY, least = 0x1p-149f;
  struct Row {
    AluOp op;
    float a, b, want;
  };
  const Row rows[] = {
      {AluOp::bypass, 3, 9, 3},
      {AluOp::bypass, float_of(0xffc12345u), 0, nan},
      {AluOp::add, 1, 0x1p-24f, 1},
      {AluOp::add, least, least, 2 * least},
      {AluOp::add, inf, -inf, nan},
      {AluOp::subtract, 1, 3, -2},
      {AluOp::multiply, 0x1p-75f, 0x1p-74f, least},
      {AluOp::max, 0.0f, -0.0f, 0.0f},
      {AluOp::max, -0.0f, 0.0f, 0.0f},
      {AluOp::max, nan, 1, nan},
      {AluOp::max, 1, nan, nan},
      {AluOp::min, 0.0f, -0.0f, -0.0f},
      {AluOp::min, -0.0f, 0.0f, -0.0f},
      {AluOp::eq, nan, nan, 0},
      {AluOp::ne, nan, nan, 1},
      {AluOp::eq, 0.0f, -0.0f, 1},
      {AluOp::ge, 2, 2, 1},
      {AluOp::gt, 2, 2, 0},
      {AluOp::le, 1, 2, 1},
      {AluOp::lt, 2, 1, 0},
      {AluOp::logical_and, 2, nan, 1},
      {AluOp::logical_or, 0, -0.0f, 0},
      {AluOp::logical_xor, 5, 0, 1},
      {AluOp::abs_max, -3, 2, 3},
      {AluOp::abs_min, -3, 2, 2},
      {AluOp::abs, -0.0f, 0, 0.0f},
      {AluOp::square, -3, 0, 9},
      {AluOp::relu, -1, 0, 0.0f},
      {AluOp::relu, -0.0f, 0, 0.0f},
      {AluOp::rsqrt, 4, 0, 0.5f},
      {AluOp::rsqrt, -1, 0, nan},
      {AluOp::rsqrt, 0, 0, inf},
      {AluOp::reciprocal, -0.0f, 0, -inf},
      {AluOp::reciprocal, 3, 0, 0x1.555556p-2f},
      {AluOp::power, 5, 0, 1},
      {AluOp::power, nan, 0, 1},
      {AluOp::power, 5, 1, 5},
      {AluOp::power, 3, 2, 9},
      {AluOp::power, -2, 3, -8},
      {AluOp::power, 4, 0.5f, 2},
      {AluOp::power, -2, 0.5f, nan},
      {AluOp::power, 0, -1, inf},
      {AluOp::power, 0, 3, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(name(row.op));
    CAPTURE(row.a);
    CAPTURE(row.b);
    const float got = alu(row.op, row.a, row.b);
    // power goes through tables: within a few ulp of the exact value
    if (row.op == AluOp::power && std::isfinite(row.want))
      CHECK(std::fabs(got - row.want) <= 4e-7f * std::fabs(row.want));
    else
      CHECK(bits_of(got) == bits_of(row.want));
  }
  CHECK_THROWS_WITH_AS(alu(AluOp::bitwise_or, 1, 2), "operator bitwise_or is not arithmetic", Error);
}

TEST_CASE("rsqrt is correctly rounded for every significand and both exponent parities") {
  // r is right when a (r - half ulp)^2 <= 1 <= a (r + half ulp)^2, in integers.
  int wrong = 0;
  for (std::uint32_t bits = 0x3f800000u; bits < 0x40800000u; ++bits) {
    const std::uint32_t r = bits_of(alu(AluOp::rsqrt, float_of(bits), 0));
    const int a_exponent = static_cast<int>(bits >> 23) - 150, r_exponent = static_cast<int>(r >> 23) - 150;
    const auto a = static_cast<unsigned __int128>((bits & 0x7fffffu) | 0x800000u);
    const auto twice = static_cast<unsigned __int128>((r & 0x7fffffu) | 0x800000u) * 2;
    // a * twice^2 * 2^(a_exponent + 2 r_exponent - 2) compared with 1
    const auto one = static_cast<unsigned __int128>(1) << (2 - a_exponent - 2 * r_exponent);
    wrong += a * (twice - 1) * (twice - 1) > one || a * (twice + 1) * (twice + 1) < one ? 1 : 0;
  }
  CHECK(wrong == 0);
}

TEST_CASE("bitvec and integer operators") {
  struct Row {
    AluOp op;
    std::uint32_t a, b;
    int width;
    std::uint32_t want;
  };
  const Row rows[] = {
      {AluOp::bitwise_not, 0x0f, 0, 8, 0xf0},       {AluOp::bitwise_and, 0xff, 0x3c, 8, 0x3c},
      {AluOp::bitwise_or, 0x10, 0x01, 16, 0x11},    {AluOp::bitwise_xor, 0xffffffffu, 0xffu, 32, 0xffffff00u},
      {AluOp::shift_left, 0x81, 1, 8, 0x02},        {AluOp::shift_left, 1, 8, 8, 0},
      {AluOp::shift_left, 1, 31, 32, 0x80000000u},  {AluOp::shift_right, 0x80000000u, 31, 32, 1},
      {AluOp::shift_right, 0x80000000u, 32, 32, 0}, {AluOp::shift_right, 0xffff, 4, 16, 0x0fff},
  };
  for (const Row& row : rows) {
    CAPTURE(name(row.op));
    CHECK(bitvec(row.op, row.a, row.b, row.width) == row.want);
  }
  CHECK(integer_alu(AluOp::add, 0xffffffffu, 2) == 1);
  CHECK(integer_alu(AluOp::subtract, 0, 1) == 0xffffffffu);
  CHECK(integer_alu(AluOp::multiply, 0x10001u, 0x10001u) == 0x20001u);
  CHECK_THROWS_WITH_AS(bitvec(AluOp::add, 1, 2, 8), "operator add is not a bitvec operator", Error);
  CHECK_THROWS_WITH_AS(integer_alu(AluOp::max, 1, 2),
                       "operator max is not an exact integer operator (add, subtract, multiply)", Error);
}
