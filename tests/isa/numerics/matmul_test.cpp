#include "isa/numerics/matmul.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "isa/base/error.h"
#include "isa/numerics/convert.h"
#include "isa/numerics/reference/matmul.h"
#include "tests/isa/numerics/nasty.h"

using namespace inf;
using namespace inf::numerics;
using inf::numerics::testing::Random;

namespace {

/// Partitions of `elements` random elements each, `pad` elements apart from each other.
struct Memory {
  std::vector<std::byte> bytes;
  std::size_t pitch;

  Memory(int partitions, std::int64_t elements, DType t, int pad)
      : pitch(static_cast<std::size_t>((elements + pad) * size_of(t))) {
    bytes.resize(pitch * static_cast<std::size_t>(partitions));
  }
};

enum class Fill { ordinary, nasty, cancelling };

void fill(Memory& memory, DType t, Fill how, Random& r) {
  const auto bytes = static_cast<std::size_t>(size_of(t));
  for (std::size_t at = 0; at + bytes <= memory.bytes.size(); at += bytes) {
    std::uint32_t f32 = 0;
    switch (how) {
      case Fill::ordinary:
        f32 = r.below(2) << 31 | (122 + r.below(8)) << 23 | (static_cast<std::uint32_t>(r.bits()) & 0x7fffffu);
        break;
      case Fill::nasty: f32 = testing::nasty_f32(r); break;
      case Fill::cancelling: f32 = r.below(2) << 31 | (r.below(2) != 0 ? 0x3f800000u : 0x4b800000u); break;
    }
    // Stored bits straight from the generator too, so that NaN payloads and pad bits occur.
    const std::uint32_t bits =
        how == Fill::nasty && r.below(8) == 0 ? static_cast<std::uint32_t>(r.bits()) : store_f32_bits(t, f32);
    std::memcpy(memory.bytes.data() + at, &bits, bytes);
  }
}

/// A pattern of n elements: how the case asks for them to lie.
enum class Shape { row, stride2, stride3, windows, strided_windows, columns, reversed };

Pattern pattern_of(Shape shape, int n) {
  const auto count = static_cast<std::uint32_t>(n);
  switch (shape) {
    case Shape::row: return Pattern::row(count);
    case Shape::stride2: return Pattern::row(count, 2);
    case Shape::stride3: return Pattern::row(count, 3);
    case Shape::windows:
      return n % 3 == 0 ? Pattern::grid({n / 3 + 5, 3}, {1, count / 3}) : Pattern::grid({1, 1}, {1, count});
    case Shape::strided_windows:
      return n % 4 == 0 ? Pattern::grid({n + 7, 2}, {n / 2 + 2, 2}, {2, count / 4}) : Pattern::row(count, 2);
    case Shape::columns: return n % 4 == 0 ? Pattern::grid({1, count / 4}, {n / 4, 4}) : Pattern::row(count, 5);
    case Shape::reversed: return Pattern::row(count, -1);
  }
  return {};
}

struct Case {
  const char* name;
  int k, m, n;
  DType stationary, moving;
  Fill fill;
  Shape moving_shape, psum_shape, stationary_shape;
};

void check(const Case& c, std::uint64_t seed) {
  CAPTURE(c.name);
  CAPTURE(c.k);
  CAPTURE(c.m);
  CAPTURE(c.n);
  Random r(seed);
  const Pattern ws = pattern_of(c.stationary_shape, c.m), xs = pattern_of(c.moving_shape, c.n),
                ps = pattern_of(c.psum_shape, c.n);
  const DType out = c.stationary == DType::int8 ? DType::int32 : DType::fp32;
  Memory w(c.k, ws.highest() - ws.lowest() + 1, c.stationary, 0), x(c.k, xs.highest() - xs.lowest() + 1, c.moving, 3);
  Memory psum(c.m, ps.highest() - ps.lowest() + 1, out, 1);
  fill(w, c.stationary, c.fill, r);
  fill(x, c.moving, c.fill, r);
  fill(psum, out, c.fill, r);
  const ConstTile weights{w.bytes.data() - ws.lowest() * size_of(c.stationary), w.pitch, c.k, c.stationary, ws};
  const ConstTile moving{x.bytes.data() - xs.lowest() * size_of(c.moving), x.pitch, c.k, c.moving, xs};
  const auto tile = [&](Memory& m) { return Tile{m.bytes.data() - ps.lowest() * 4, m.pitch, c.m, out, ps}; };

  for (const bool accumulate : {false, true}) {
    CAPTURE(accumulate);
    Memory want = psum;
    reference::matmul(weights, moving, tile(want), accumulate);
    for (const SimdLevel level : testing::host_levels()) {
      CAPTURE(name(level));
      set_simd_level(level);
      Memory got = psum;
      numerics::matmul(Stationary(weights), moving, tile(got), accumulate);
      CHECK(got.bytes == want.bytes);  // the bytes between the tile's elements must not change either
    }
  }
}

}  // namespace

TEST_CASE("every SIMD level gives the reference's bits") {
  using enum DType;
  const Case cases[] = {
      {"one element", 1, 1, 1, bf16, bf16, Fill::ordinary, Shape::row, Shape::row, Shape::row},
      {"whole vectors", 16, 12, 128, bf16, bf16, Fill::ordinary, Shape::row, Shape::row, Shape::row},
      {"full array", 128, 128, 70, bf16, bf16, Fill::ordinary, Shape::row, Shape::row, Shape::row},
      {"nasty bf16", 40, 23, 150, bf16, bf16, Fill::nasty, Shape::row, Shape::row, Shape::row},
      {"cancelling bf16", 64, 16, 64, bf16, bf16, Fill::cancelling, Shape::row, Shape::row, Shape::row},
      {"nasty fp32", 9, 13, 129, fp32, fp32, Fill::nasty, Shape::row, Shape::row, Shape::row},
      {"four full arrays", 256, 256, 70, bf16, bf16, Fill::ordinary, Shape::row, Shape::row, Shape::row},
      {"long fp32 chain", 128, 5, 40, fp32, fp32, Fill::ordinary, Shape::row, Shape::row, Shape::row},
      {"nasty fp16", 17, 7, 33, fp16, fp16, Fill::nasty, Shape::row, Shape::row, Shape::row},
      {"nasty tf32", 8, 7, 48, tf32, tf32, Fill::nasty, Shape::row, Shape::row, Shape::row},
      {"tf32 with fp32", 8, 7, 48, tf32, fp32, Fill::nasty, Shape::row, Shape::row, Shape::row},
      {"fp8 e4m3", 32, 9, 31, fp8_e4m3, fp8_e4m3, Fill::nasty, Shape::row, Shape::row, Shape::row},
      {"fp8 e5m2 with bf16", 32, 9, 31, fp8_e5m2, bf16, Fill::nasty, Shape::row, Shape::row, Shape::row},
      {"bf16 with fp8 e3m4", 32, 9, 31, bf16, fp8_e3m4, Fill::nasty, Shape::row, Shape::row, Shape::row},
      {"int8", 128, 31, 65, int8, int8, Fill::nasty, Shape::row, Shape::row, Shape::row},
      {"int8 windows", 20, 6, 96, int8, int8, Fill::nasty, Shape::windows, Shape::stride2, Shape::stride3},
      {"convolution windows", 27, 20, 144, bf16, bf16, Fill::nasty, Shape::windows, Shape::row, Shape::row},
      {"strided convolution", 27, 20, 224, bf16, bf16, Fill::nasty, Shape::strided_windows, Shape::windows, Shape::row},
      {"stride 2", 27, 20, 77, bf16, bf16, Fill::nasty, Shape::stride2, Shape::row, Shape::row},
      {"stride 3 into stride 2", 12, 20, 77, bf16, bf16, Fill::nasty, Shape::stride3, Shape::stride2, Shape::stride2},
      {"columns", 12, 20, 64, bf16, bf16, Fill::nasty, Shape::columns, Shape::columns, Shape::columns},
      {"reversed", 12, 20, 70, bf16, bf16, Fill::nasty, Shape::reversed, Shape::reversed, Shape::reversed},
      {"fp32 stride 2", 12, 20, 70, fp32, fp32, Fill::nasty, Shape::stride2, Shape::strided_windows, Shape::row},
  };
  std::uint64_t seed = 1;
  for (const Case& c : cases) check(c, seed++);
}

TEST_CASE("random shapes, patterns and types") {
  Random r(2024);
  const DType floats[] = {DType::bf16, DType::bf16,     DType::fp32,    DType::fp16,
                          DType::tf32, DType::fp8_e4m3, DType::fp8_e5m2};
  const auto shape = [&] { return static_cast<Shape>(r.below(7)); };
  for (int i = 0; i < 120; ++i) {
    const bool integer = r.below(12) == 0;
    const DType w = integer ? DType::int8 : floats[r.below(7)], x = integer ? DType::int8 : floats[r.below(7)];
    check({"random", r.between(1, 24), r.between(1, 26), r.between(1, 140), w, x,
           r.below(3) == 0 ? Fill::ordinary : Fill::nasty, shape(), shape(), shape()},
          r.bits());
  }
}

TEST_CASE("every row and column remainder") {
  for (int m = 1; m <= 13; ++m)
    check({"m", 5, m, 37, DType::bf16, DType::bf16, Fill::nasty, Shape::row, Shape::row, Shape::row}, 7u);
  for (int n = 1; n <= 130; ++n)
    check({"n", 3, 7, n, DType::bf16, DType::bf16, Fill::nasty, Shape::row, Shape::row, Shape::row}, 8u);
}

TEST_CASE("what does not fit is refused with its values") {
  std::vector<std::byte> bytes(200 * 200 * 4);
  const auto tile = [&](int partitions, std::uint32_t n, DType t) {
    return ConstTile{bytes.data(), 800, partitions, t, Pattern::row(n)};
  };
  const auto out = [&](int partitions, std::uint32_t n, DType t) {
    return Tile{bytes.data(), 800, partitions, t, Pattern::row(n)};
  };
  struct Row {
    const char* name;
    ConstTile stationary, moving;
    Tile psum;
    const char* message;
  };
  using enum DType;
  const Row rows[] = {
      {"K", tile(4, 4, bf16), tile(5, 8, bf16), out(4, 8, fp32), "matmul: moving has 5 partitions, stationary 4"},
      {"M", tile(4, 4, bf16), tile(4, 8, bf16), out(3, 8, fp32),
       "matmul: psum has 3 partitions, stationary has 4 columns"},
      {"N", tile(4, 4, bf16), tile(4, 8, bf16), out(4, 9, fp32), "matmul: moving has 8 elements per partition, psum 9"},
      {"psum type", tile(4, 4, bf16), tile(4, 8, bf16), out(4, 8, int32), "matmul: psum is int32, must be fp32"},
      {"mixed", tile(4, 4, int8), tile(4, 8, bf16), out(4, 8, int32),
       "matmul: bf16 as moving operand does not go with int8 weights"},
      {"int16", tile(4, 4, int16), tile(4, 8, int16), out(4, 8, int32),
       "matmul: int16 as stationary operand; integers must be int8"},
      {"moving pitch",
       tile(4, 4, bf16),
       {bytes.data(), 801, 4, bf16, Pattern::row(8)},
       out(4, 8, fp32),
       "matmul: moving pitch 801 is no multiple of 2 bytes"},
      {"psum pitch",
       tile(4, 4, bf16),
       tile(4, 8, bf16),
       {bytes.data(), 802, 4, fp32, Pattern::row(8)},
       "matmul: psum pitch 802 is no multiple of 4 bytes"},
      {"too many partitions", tile(257, 4, bf16), tile(257, 8, bf16), out(4, 8, fp32),
       "matmul: stationary has 257 partitions, outside 1..256"},
      {"too many columns", tile(4, 257, bf16), tile(4, 8, bf16), out(257, 8, fp32),
       "matmul: stationary has 257 columns, outside 1..256"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK_THROWS_WITH_AS(numerics::matmul(Stationary(row.stationary), row.moving, row.psum, false), row.message, Error);
  }
}
