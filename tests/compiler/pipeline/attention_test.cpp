#include <algorithm>
#include <limits>

#include "tests/compiler/pipeline/matrix_check.h"

// Attention on its own and between products: layouts of heads, sizes, masks.
using namespace inf;
using namespace inf::compiler;
using inf::test::check_matrices;
using inf::test::GraphBuilder;
using inf::test::MatrixCheck;

namespace {

struct Sizes {
  std::int64_t batch = 1, heads = 1, rows = 1, keys = 1, width = 32, value_width = 0;
};

Attention attention(const Sizes& s) {
  Attention a;
  a.batch = s.batch, a.heads = s.heads, a.rows = s.rows, a.keys = s.keys, a.width = s.width;
  a.value_width = s.value_width > 0 ? s.value_width : s.width;
  a.scale = 0.5f;
  return a;
}

/// [batch, row, head, width]
HeadView joined(std::int64_t rows, std::int64_t heads, std::int64_t width) {
  return {0, rows * heads * width, width, heads * width};
}

/// q, k and v as values of their own, heads side by side.
Attention plain(const Sizes& s) {
  Attention a = attention(s);
  a.q = joined(a.rows, a.heads, a.width);
  a.k = joined(a.keys, a.heads, a.width);
  a.v = joined(a.keys, a.heads, a.value_width);
  a.y = joined(a.rows, a.heads, a.value_width);
  return a;
}

std::string text(const Sizes& s) {
  return fmt::format("batch {} heads {} rows {} keys {} width {} values {}", s.batch, s.heads, s.rows, s.keys, s.width,
                     s.value_width);
}

const MatrixCheck kHow{1e-5, 3e-2, true, {24 << 10, 48 << 10}};

}  // namespace

TEST_CASE("attention: sizes") {
  const Sizes rows[] = {{1, 1, 1, 1, 32},       {1, 1, 5, 7, 8},      {2, 3, 7, 9, 24, 8},  {1, 12, 26, 128, 32},
                        {3, 5, 60, 61, 32},     {2, 10, 50, 33, 32},  {1, 7, 40, 129, 48},  {2, 2, 100, 50, 64},
                        {1, 3, 129, 200, 80},   {1, 2, 300, 513, 64}, {5, 2, 3, 1000, 32},  {1, 12, 1, 300, 64},
                        {4, 6, 1, 26, 32},      {2, 6, 64, 64, 32},   {3, 3, 20, 30, 128},  {1, 4, 33, 600, 16, 40},
                        {1, 5, 43, 100, 32},    {2, 9, 21, 40, 24},   {1, 9, 65, 1000, 48}, {3, 2, 5, 1100, 64, 128},
                        {1, 3, 10, 10, 32, 64}, {2, 12, 6, 6, 30},    {2, 10, 10, 17, 20},  {3, 11, 17, 17, 60}};
  for (const Sizes& s : rows) {
    GraphBuilder b;
    const Attention a = plain(s);
    const ValueId q = b.input("q", {s.batch, s.rows, s.heads * a.width}),
                  k = b.input("k", {s.batch, s.keys, s.heads * a.width}),
                  v = b.input("v", {s.batch, s.keys, s.heads * a.value_width});
    const ValueId y = b.node("attention", a, {q, k, v}, {s.batch, s.rows, s.heads * a.value_width});
    check_matrices(text(s), b.finish({y}), b, kHow);
  }
}

TEST_CASE("attention: masks") {
  const Sizes sizes[] = {{2, 3, 5, 9, 32}, {2, 6, 50, 70, 32}, {3, 2, 140, 600, 64}, {2, 5, 1, 40, 24}};
  for (const Sizes& s : sizes)
    for (int steps = 0; steps < 16; ++steps)
      for (const int kind : {0, 1, 2}) {
        GraphBuilder b;
        Attention a = plain(s);
        Shape mask{1, 1, 1, 1};
        const std::int64_t all[] = {s.batch, s.heads, s.rows, s.keys};
        for (std::size_t i = 0; i < 4; ++i)
          if (steps >> i & 1) mask[i] = all[i];
        std::int64_t step = 1;
        for (std::size_t i = 4; i-- > 0;) {
          a.mask_step[i] = mask[i] == 1 ? 0 : step;
          step *= mask[i];
        }
        a.has_mask = true;
        std::vector<float> data;
        for (std::int64_t i = 0; i < step; ++i)
          data.push_back(i % 3 == 1 && step > 1 ? (i % 2 == 1 ? -1e9f : -std::numeric_limits<float>::infinity())
                                                : 0.1f * static_cast<float>(i % 7));
        const ValueId q = b.input("q", {s.batch, s.rows, s.heads * a.width}),
                      k = b.input("k", {s.batch, s.keys, s.heads * a.width}),
                      v = b.input("v", {s.batch, s.keys, s.heads * a.value_width});
        ValueId m = kind == 0 ? b.constant("m", mask, data) : b.input("m", mask);
        if (kind == 2) m = b.node("made", Unary{{Act::tanh}}, {m}, mask);
        // a row of which every key is masked has no result
        if (kind == 0 && (steps & 8) == 0) continue;
        const ValueId y = b.node("attention", a, {q, k, v, m}, {s.batch, s.rows, s.heads * a.value_width});
        check_matrices(text(s) + fmt::format(" mask {} {}", steps, kind), b.finish({y}), b, {1e-5, 3e-2, true, {}});
      }
}

TEST_CASE("attention: layouts") {
  const Sizes sizes[] = {
      {2, 3, 5, 5, 32}, {3, 4, 50, 50, 24}, {2, 2, 140, 140, 64}, {5, 3, 26, 26, 128}, {1, 12, 64, 64, 32}};
  for (const Sizes& s : sizes) {
    const std::int64_t e = s.heads * s.width, t = s.rows, n = s.batch;
    const auto between = [&](const std::string& name, bool rows_first, int packed, bool act) {
      GraphBuilder b;
      const Shape shape = rows_first ? Shape{t, n, e} : Shape{n, t, e};
      Shape wide = shape;
      wide.back() = 3 * e;
      Attention a = attention(s);
      const auto view = [&](std::int64_t cols, std::int64_t offset) {
        return rows_first ? HeadView{offset, cols, s.width, n * cols} : HeadView{offset, t * cols, s.width, cols};
      };
      a.y = view(e, 0);
      const ValueId x = b.input("x", shape);
      const auto linear = [&](const std::string& part, std::int64_t cols) {
        Shape y = shape;
        y.back() = cols;
        return b.node(
            part, MatMul{.has_bias = true, .act = {act ? Act::sigmoid : Act::none}},
            {x, b.constant(part + ".w", {e, cols}, 2.0f / static_cast<float>(e)), b.constant(part + ".b", {cols})}, y);
      };
      std::vector<ValueId> in;
      if (packed == 1) {
        const ValueId qkv = linear("qkv", 3 * e);
        in = {qkv, qkv, qkv};
        a.q = view(3 * e, 0), a.k = view(3 * e, e), a.v = view(3 * e, 2 * e);
      } else if (packed == 2) {  // one value is all three
        in = {x, x, x};
        a.q = a.k = a.v = view(e, 0);
      } else {
        in = {linear("q", e), linear("k", e), linear("v", e)};
        a.q = a.k = a.v = view(e, 0);
      }
      const ValueId y = b.node("attention", a, in, shape);
      const ValueId out = b.node("out", MatMul{.has_residual = true},
                                 {y, b.constant("o.w", {e, e}, 1.0f / static_cast<float>(e)), kNoValue, x}, shape);
      check_matrices(text(s) + name, b.finish({out}), b, kHow);
      check_matrices(text(s) + name + " outputs", b.finish({out, y, in[0]}), b, kHow);
    };
    for (const bool rows_first : {false, true})
      for (const int packed : {0, 1, 2})
        for (const bool act : {false, true})
          if (packed != 2 || !act)
            between(fmt::format(" rows first {} packed {} act {}", rows_first, packed, act), rows_first, packed, act);
    GraphBuilder b;  // [N, H, T, D]
    Attention a = attention(s);
    a.q = a.k = a.v = {0, e * t, t * s.width, s.width};
    a.y = {0, t * e, s.width, e};
    const Shape heads{n, s.heads, t, s.width};
    const ValueId q = b.input("q", heads), k = b.input("k", heads), v = b.input("v", heads);
    check_matrices(text(s) + " scattered", b.finish({b.node("attention", a, {q, k, v}, {n, t, e})}), b, kHow);
  }
}

TEST_CASE("attention over a product with a residual, whose values norms and products also read") {
  for (const Sizes& s : {Sizes{2, 3, 9, 9, 24}, Sizes{1, 2, 130, 130, 64}}) {
    const std::int64_t e = s.heads * s.width;
    const Shape shape{s.batch, s.rows, e};
    GraphBuilder b;
    const ValueId x = b.input("x", shape);
    const ValueId p =
        b.node("p", MatMul{.has_residual = true}, {x, b.constant("p.w", {e, e}, 0.1f), kNoValue, x}, shape);
    const ValueId n = b.node("n", LayerNorm{}, {p}, shape);
    const ValueId y = b.node("attention", plain(s), {n, p, p}, shape);
    const ValueId z = b.node("z", Binary{}, {y, p}, shape);
    check_matrices(text(s), b.finish({z}), b, kHow);
    check_matrices(text(s) + " outputs", b.finish({z, y, n, p}), b, kHow);
  }
}
