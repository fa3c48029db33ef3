#include "isa/numerics/rows.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "isa/base/error.h"
#include "isa/numerics/convert.h"
#include "tests/isa/numerics/nasty.h"

using namespace inf;
using namespace inf::numerics;
using inf::numerics::testing::Random;

namespace {

std::vector<std::uint32_t> bits_of_row(const std::vector<float>& row) {
  std::vector<std::uint32_t> bits(row.size());
  std::memcpy(bits.data(), row.data(), row.size() * 4);
  return bits;
}

std::vector<float> nasty_row(Random& r, std::size_t n) {
  std::vector<float> row(n);
  for (float& v : row) v = float_of(testing::nasty_f32(r));
  return row;
}

std::vector<std::int64_t> offsets(const Pattern& p) {
  std::vector<std::int64_t> all;
  for (std::uint32_t a = 0; a < p.dims[0].count; ++a)
    for (std::uint32_t b = 0; b < p.dims[1].count; ++b)
      for (std::uint32_t c = 0; c < p.dims[2].count; ++c)
        for (std::uint32_t d = 0; d < p.dims[3].count; ++d)
          all.push_back(std::int64_t{p.dims[0].step} * a + std::int64_t{p.dims[1].step} * b +
                        std::int64_t{p.dims[2].step} * c + std::int64_t{p.dims[3].step} * d);
  return all;
}

const Pattern kPatterns[] = {
    Pattern::row(1),
    Pattern::row(333),
    Pattern::row(100, 3),
    Pattern::row(40, -2),
    Pattern::row(40, 0),
    Pattern::grid({50, 7}, {1, 31}),
    Pattern::grid({1, 16}, {16, 16}),
    Pattern::grid({200, 3}, {40, 4}, {2, 17}),
    Pattern{{Dim{100, 2}, Dim{2, 25}, Dim{50, 2}, Dim{1, 2}}},  // pooling windows
    Pattern{{Dim{}, Dim{3, 11}, Dim{40, 3}, Dim{1, 3}}},        // overlapping ones
    Pattern{{Dim{-300, 2}, Dim{100, 3}, Dim{10, 5}, Dim{1, 9}}},
    Pattern{{Dim{24, 2}, Dim{12, 2}, Dim{4, 3}, Dim{1, 4}}},  // all contiguous
};

}  // namespace

TEST_CASE("widen and narrow follow the pattern and equal the one-element conversions") {
  Random r(11);
  for (const SimdLevel level : testing::host_levels()) {
    CAPTURE(name(level));
    set_simd_level(level);
    for (int t = 0; t < kDTypes; ++t) {
      const auto type = static_cast<DType>(t);
      CAPTURE(name(type));
      const auto bytes = static_cast<std::size_t>(size_of(type));
      for (const Pattern& p : kPatterns) {
        const auto places = offsets(p);
        std::vector<std::byte> memory(static_cast<std::size_t>(p.highest() - p.lowest() + 1) * bytes);
        for (std::byte& b : memory) b = static_cast<std::byte>(r.bits());
        std::byte* const base = memory.data() - p.lowest() * static_cast<std::int64_t>(bytes);

        std::vector<float> row(places.size());
        widen(type, base, p, row.data());
        std::vector<std::uint32_t> want(places.size());
        for (std::size_t i = 0; i < places.size(); ++i) {
          std::uint32_t stored = 0;
          std::memcpy(&stored, base + places[i] * static_cast<std::int64_t>(bytes), bytes);
          want[i] = load_f32_bits(type, stored);
        }
        CHECK(bits_of_row(row) == want);

        row = nasty_row(r, places.size());
        for (const Rounding rounding : {Rounding{}, Rounding{Round::stochastic, 1, 2, 30}}) {
          auto expected = memory;
          for (std::size_t i = 0; i < places.size(); ++i) {
            const std::uint32_t stored = store_f32_bits(type, bits_of(row[i]), rounding.at(i));
            std::memcpy(expected.data() + (places[i] - p.lowest()) * static_cast<std::int64_t>(bytes), &stored, bytes);
          }
          narrow(type, row.data(), p, base, rounding);
          CHECK(memory == expected);
        }
      }
    }
  }
}

TEST_CASE("every 16-bit code widens, and boundary values narrow, the same at every level") {
  std::vector<std::uint16_t> all(65536);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint16_t>(i);
  // Around each code of each narrow format: the value, the tie above it and their fp32 neighbours.
  std::vector<float> near;
  for (std::uint32_t i = 0; i < 65536; ++i)
    for (const DType t : {DType::bf16, DType::fp16})
      for (const std::uint32_t d : {0u, 1u, 0x7fffu, 0x8000u, 0x8001u, 0xfffu, 0x1000u, 0x1001u, 0xffffffffu})
        near.push_back(float_of(widen_bits(format_of(t), i) + d));
  for (const SimdLevel level : testing::host_levels()) {
    CAPTURE(name(level));
    set_simd_level(level);
    for (const DType t : {DType::bf16, DType::fp16, DType::int16, DType::uint16}) {
      CAPTURE(name(t));
      std::vector<float> row(65536);
      widen(t, reinterpret_cast<const std::byte*>(all.data()), Pattern::row(65536), row.data());
      int wrong = 0;
      for (std::uint32_t i = 0; i < 65536; ++i) wrong += bits_of(row[i]) != load_f32_bits(t, i) ? 1 : 0;
      CHECK(wrong == 0);
    }
    for (const DType t : {DType::bf16, DType::fp16, DType::tf32, DType::fp8_e4m3, DType::fp8_e5m2, DType::fp8_e3m4}) {
      CAPTURE(name(t));
      const auto bytes = static_cast<std::size_t>(size_of(t));
      std::vector<std::byte> stored(near.size() * bytes);
      narrow(t, near.data(), Pattern::row(static_cast<std::uint32_t>(near.size())), stored.data());
      int wrong = 0;
      for (std::size_t i = 0; i < near.size(); ++i) {
        std::uint32_t got = 0;
        std::memcpy(&got, stored.data() + i * bytes, bytes);
        wrong += got != narrow_bits(format_of(t), bits_of(near[i])) ? 1 : 0;
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("operators on rows equal the scalar reference") {
  Random r(12);
  for (const SimdLevel level : testing::host_levels()) {
    CAPTURE(name(level));
    set_simd_level(level);
    for (int i = 0; i < kAluOps; ++i) {
      const auto op = static_cast<AluOp>(i);
      if (class_of(op) == AluClass::bitvec) continue;
      CAPTURE(name(op));
      for (const std::size_t n : {std::size_t{1}, std::size_t{15}, std::size_t{1037}}) {
        std::vector<float> a = nasty_row(r, n), b = nasty_row(r, n);
        for (std::size_t j = 0; j < n; j += 3)
          b[j] = r.below(2) != 0 ? a[j] : -a[j];  // equal operands, also +0 with -0
        const float scalar = float_of(testing::nasty_f32(r));
        for (const bool reverse : {false, true}) {
          for (const bool tensor : {false, true}) {
            std::vector<std::uint32_t> want(n);
            for (std::size_t j = 0; j < n; ++j) {
              const float other = tensor ? b[j] : scalar;
              want[j] = bits_of(reverse ? alu(op, other, a[j]) : alu(op, a[j], other));
            }
            std::vector<float> out(n), in_place = a;
            alu_rows(op, a.data(), tensor ? b.data() : nullptr, scalar, reverse, static_cast<std::ptrdiff_t>(n),
                     out.data());
            CHECK(bits_of_row(out) == want);
            alu_rows(op, in_place.data(), tensor ? b.data() : nullptr, scalar, reverse, static_cast<std::ptrdiff_t>(n),
                     in_place.data());
            CHECK(bits_of_row(in_place) == want);
          }
        }
      }
    }
  }
  CHECK_THROWS_WITH_AS(alu_rows(AluOp::bitwise_and, nullptr, nullptr, 0, false, 0, nullptr),
                       "operator bitwise_and works on integers, not on fp32 rows", Error);
}

TEST_CASE("reductions fold from left to right") {
  Random r(13);
  for (const SimdLevel level : testing::host_levels()) {
    CAPTURE(name(level));
    set_simd_level(level);
    for (int i = 0; i < kAluOps; ++i) {
      const auto op = static_cast<AluOp>(i);
      if (class_of(op) == AluClass::bitvec || !reduces(op)) continue;
      CAPTURE(name(op));
      for (const std::size_t outer : {std::size_t{1}, std::size_t{16}, std::size_t{37}}) {
        for (const std::size_t inner :
             {std::size_t{1}, std::size_t{2}, std::size_t{4}, std::size_t{9}, std::size_t{50}}) {
          const std::vector<float> in = nasty_row(r, outer * inner);
          std::vector<std::uint32_t> want(outer);
          for (std::size_t o = 0; o < outer; ++o) {
            float acc = alu(AluOp::bypass, in[o * inner], 0);
            for (std::size_t j = 1; j < inner; ++j) acc = alu(op, acc, in[o * inner + j]);
            want[o] = bits_of(acc);
          }
          std::vector<float> out(outer);
          reduce_rows(op, in.data(), static_cast<std::ptrdiff_t>(outer), static_cast<std::ptrdiff_t>(inner),
                      out.data());
          CHECK(bits_of_row(out) == want);
        }
      }
    }
  }
  CHECK_THROWS_WITH_AS(reduce_rows(AluOp::eq, nullptr, 0, 1, nullptr), "operator eq is no reduction of fp32 rows",
                       Error);
}

TEST_CASE("scans and sums keep their order") {
  // In another order the small terms would survive.
  const std::vector<float> terms = {0x1p24f, 1, 1, 1, 1, -0x1p24f};
  CHECK(accumulate(terms.data(), 6, 0) == 0);
  CHECK(accumulate(terms.data(), 0, 3) == 3);

  const std::vector<float> a = {2, 3, 4}, b = {1, 1, 1};
  std::vector<float> out(3);
  // r = a * r + b, a linear recurrence
  scan_row(AluOp::multiply, AluOp::add, a.data(), b.data(), 1, 3, out.data());
  CHECK(out == std::vector<float>{3, 10, 41});
}

TEST_CASE("words: bitvec and integer rows") {
  const std::vector<std::uint16_t> stored = {1, 2, 0xffff, 4, 5, 6};
  std::vector<std::uint32_t> words(3);
  load_words(2, reinterpret_cast<const std::byte*>(stored.data()), Pattern::row(3, 2), words.data());
  CHECK(words == std::vector<std::uint32_t>{1, 0xffff, 5});
  std::vector<std::uint32_t> out(3);
  bitvec_rows(AluOp::shift_left, words.data(), nullptr, 4, false, 16, 3, out.data());
  CHECK(out == std::vector<std::uint32_t>{16, 0xfff0, 80});
  integer_rows(AluOp::subtract, words.data(), nullptr, 1, true, 3, out.data());
  CHECK(out == std::vector<std::uint32_t>{0, 0xffff0002u, 0xfffffffcu});
  std::vector<std::uint16_t> back(6, 9);
  store_words(2, out.data(), Pattern::row(3, 2), reinterpret_cast<std::byte*>(back.data()));
  CHECK(back == std::vector<std::uint16_t>{0, 9, 2, 9, 0xfffc, 9});
}
