#include <limits>

#include "tests/compiler/pipeline/check_graph.h"

// Data movement: every type unchanged, whatever way the compiler takes; rows chosen by constant and run-time indices.
using namespace inf;
using namespace inf::compiler;
using inf::test::check;
using inf::test::Chips;
using inf::test::GraphBuilder;

namespace {

Shape permuted(const Shape& s, const std::vector<std::int64_t>& perm) {
  Shape out;
  for (std::int64_t axis : perm) out.push_back(s[static_cast<std::size_t>(axis)]);
  return out;
}

}  // namespace

TEST_CASE("transposes") {
  struct Row {
    std::string name;
    Shape x;
    std::vector<std::int64_t> perm;
  };
  const Row rows[] = {
      {"one row", {1, 7}, {1, 0}},
      {"smaller than a block", {7, 5}, {1, 0}},
      {"whole blocks", {64, 128}, {1, 0}},
      {"edges on both sides", {129, 1000}, {1, 0}},
      {"few columns", {3000, 3}, {1, 0}},
      {"few rows", {3, 3000}, {1, 0}},
      {"more rows than a tile", {2100, 33}, {1, 0}},
      {"heads", {2, 26, 6, 64}, {0, 2, 1, 3}},
      {"heads, keys transposed", {2, 26, 6, 64}, {0, 2, 3, 1}},
      {"from NHWC", {2, 20, 21, 5}, {0, 3, 1, 2}},
      {"rank 5, nothing stays", {3, 4, 5, 6, 7}, {4, 2, 0, 3, 1}},
      {"rank 6, nothing stays", {2, 3, 2, 3, 2, 5}, {5, 3, 1, 4, 2, 0}},
  };
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId x = b.input("x", r.x), i = b.integers("i", r.x, -16000000, 16000000), t = b.booleans("t", r.x);
    b.data(0)[0] = -std::numeric_limits<float>::infinity();
    const Shape y = permuted(r.x, r.perm);
    const ValueId held = b.node("held", Unary{{Act::abs}}, {b.node("kept", Unary{{Act::none}}, {x}, r.x)}, r.x);
    const ValueId floats = b.node("floats", Transpose{r.perm}, {x}, y),
                  whole = b.node("whole", Transpose{r.perm}, {i}, y, Element::i64),
                  truth = b.node("truth", Transpose{r.perm}, {t}, y, Element::boolean),
                  half = b.node("half", Unary{{Act::neg}}, {b.node("turned", Transpose{r.perm}, {held}, y)}, y);
    check(r.name, b.finish({floats, whole, truth}), b, {0, 0});
    b.data(0)[0] = 1;
    check(r.name, b.finish({half}), b, {0, 1e-2});
  }
}

TEST_CASE("slices, padding, joining, repeating") {
  GraphBuilder b;
  const ValueId x = b.input("x", {9, 10, 33}), i = b.integers("i", {9, 10, 33}, -16000000, 16000000),
                t = b.booleans("t", {9, 10, 33});
  const Slice back{{8, 1, 32}, {-2, 3, -1}};
  const Pad edge{Pad::Mode::edge, {1, 0, 2}, {0, 3, 1}, 0}, filled{Pad::Mode::constant, {1, 0, 2}, {0, 3, 1}, 7};
  std::vector<ValueId> outputs;
  int k = 0;
  for (const auto& [from, element] : {std::pair{x, Element::f32}, {i, Element::i64}, {t, Element::boolean}}) {
    const auto name = [&](const char* text) { return text + std::to_string(k); };
    outputs.push_back(b.node(name("slice"), back, {from}, {5, 3, 33}, element));
    outputs.push_back(b.node(name("edge"), edge, {from}, {10, 13, 36}, element));
    if (element != Element::boolean) outputs.push_back(b.node(name("fill"), filled, {from}, {10, 13, 36}, element));
    const ValueId part = b.node(name("part"), Slice{{0, 0, 5}, {1, 1, 1}}, {from}, {9, 10, 1}, element);
    outputs.push_back(b.node(name("last"), Concat{2}, {part, from, part}, {9, 10, 35}, element));
    outputs.push_back(b.node(name("first"), Concat{0}, {from, from}, {18, 10, 33}, element));
    outputs.push_back(b.node(name("expand"), Expand{}, {part}, {2, 9, 10, 129}, element));
    outputs.push_back(b.node(name("reshape"), Reshape{}, {outputs.back()}, {18, 1290}, element));
    ++k;
  }
  check("moves", b.finish(outputs), b, {0, 1e-2});
}

TEST_CASE("rows by constant indices") {
  struct Row {
    std::string name;
    std::vector<std::int64_t> indices;
    std::int64_t axis;
    Shape y;
  };
  std::vector<std::int64_t> many;
  for (std::int64_t i = 0; i < 200; ++i) many.push_back(i * i % 40 - 20);
  const Row rows[] = {{"one row", {-1}, 0, {1, 6, 11}},
                      {"every other from the end", {39, 37, 35, 33}, 0, {4, 6, 11}},
                      {"the same again", {3, 3, 3}, 1, {40, 3, 11}},
                      {"the last axis", {0, 10, 5}, 2, {40, 6, 3}},
                      {"many", many, 0, {200, 6, 11}}};
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId x = b.input("x", {40, 6, 11}), i = b.integers("i", {40, 6, 11}, -16000000, 16000000);
    const ValueId at = b.whole_constant("at", {static_cast<std::int64_t>(r.indices.size())}, r.indices);
    const ValueId floats = b.node("floats", Gather{r.axis}, {x, at}, r.y),
                  whole = b.node("whole", Gather{r.axis}, {i, at}, r.y, Element::i64);
    check(r.name, b.finish({floats, whole}), b, {0, 0});
  }
}

TEST_CASE("rows by run-time indices") {
  struct Row {
    std::string name;
    Shape x, indices, y;
    std::int64_t axis;
  };
  const Row rows[] = {{"an embedding", {97, 48}, {26}, {26, 48}, 0},
                      {"more than the partitions", {97, 5}, {3, 100}, {3, 100, 5}, 0},
                      {"one index without axes", {7, 3, 4}, {}, {7, 4}, 1},
                      {"the last axis", {5, 9}, {2, 2}, {5, 2, 2}, 1},
                      {"one row to choose from", {1, 6}, {4}, {4, 6}, 0}};
  for (const Row& r : rows) {
    GraphBuilder b;
    const std::int64_t n = r.x[static_cast<std::size_t>(r.axis)];
    const ValueId table = b.constant("table", r.x), x = b.input("x", r.x), at = b.integers("at", r.indices, -n, n - 1);
    const ValueId from_constant = b.node("constant", Gather{r.axis}, {table, at}, r.y),
                  from_input = b.node("input", Gather{r.axis}, {x, at}, r.y);
    check(r.name, b.finish({from_constant, from_input}), b, {0, 1e-2}, Chips::inf2);
  }
  GraphBuilder b;
  const ValueId scores = b.input("scores", {5, 95}), table = b.constant("table", {95, 32});
  const ValueId token = b.node("token", ArgMax{.axis = -1, .keep_dims = false}, {scores}, {5}, Element::i64),
                embedded = b.node("embedded", Gather{0}, {table, token}, {5, 32});
  check("the row of the best score", b.finish({embedded}), b, {0, 1e-2}, Chips::inf2);
}

TEST_CASE("an index outside the table stops the run") {
  GraphBuilder b;
  const ValueId x = b.input("x", {10, 4}), at = b.integers("at", {3}, 0, 9);
  const Graph graph = b.finish({b.node("rows", Gather{0}, {x, at}, {3, 4})});
  for (const float bad : {10.0f, -11.0f}) {
    b.data(1)[1] = bad;
    CHECK_THROWS_AS(test::run_on_chip(graph, b.inputs(), DType::bf16), Error);
  }
  GraphBuilder c;
  const ValueId y = c.input("x", {10, 4});
  const Graph constant = c.finish({c.node("rows", Gather{0}, {y, c.whole_constant("at", {1}, {10})}, {1, 4})});
  CHECK_THROWS_WITH_AS(test::run_on_chip(constant, c.inputs(), DType::bf16),
                       doctest::Contains("index 10 is outside -10..9"), Error);
}

TEST_CASE("without gpsimd run-time indices are refused") {
  GraphBuilder b;
  const ValueId x = b.input("x", {10, 4}), at = b.integers("at", {3}, 0, 9), rows = b.input("rows", {3, 4});
  const Graph graphs[] = {b.finish({b.node("gather", Gather{0}, {x, at}, {3, 4})}),
                          b.finish({b.node("scatter", Scatter{}, {x, at, rows}, {10, 4})})};
  for (const Graph& graph : graphs)
    CHECK_THROWS_WITH_AS(test::run_on_chip(graph, b.inputs(), CompileOptions{}, {}, test::inf1()),
                         doctest::Contains("no engine that forms addresses from values"), Error);
}

TEST_CASE("rows written at run-time indices") {
  for (const bool add : {false, true}) {
    GraphBuilder b;
    const ValueId x = b.input("x", {40, 9}), at = b.integers("at", {150}, -40, 39), rows = b.input("rows", {150, 9}),
                  counts = b.integers("counts", {40, 1}, 0, 100), ones = b.integers("ones", {150, 1}, 1, 5);
    const ValueId floats = b.node("floats", Scatter{add}, {x, at, rows}, {40, 9}),
                  whole = b.node("whole", Scatter{add}, {counts, at, ones}, {40, 1}, Element::i64);
    check(add ? "add" : "replace", b.finish({whole}), b, {0, 0}, Chips::inf2);
    check(add ? "add" : "replace", b.finish({floats}), b, {add ? 1e-6 : 0, 5e-2}, Chips::inf2);
  }
}

TEST_CASE("between matrix products: from the scores to the next embedding") {
  GraphBuilder b;
  const ValueId x = b.input("x", {26, 48}), mask = b.booleans("mask", {26, 1}), table = b.constant("table", {95, 48});
  const ValueId scores = b.node("scores", MatMul{}, {x, b.constant("w", {48, 95}, 0.2f)}, {26, 95}),
                shifted = b.node("shifted", Binary{Binary::Op::add}, {scores, b.input("column", {26, 1})}, {26, 95}),
                masked = b.node("masked", Where{}, {mask, shifted, b.constant("low", {1}, 0, -9)}, {26, 95}),
                total = b.node("total", Reduce{Reduce::Op::max, {0}, true}, {masked}, {1, 95}),
                token = b.node("token", ArgMax{.axis = -1, .keep_dims = false}, {total}, {1}, Element::i64),
                row = b.node("row", Gather{0}, {table, token}, {1, 48}),
                grown = b.node("grown", Expand{}, {row}, {26, 48}),
                sum = b.node("sum", Binary{Binary::Op::add}, {x, grown}, {26, 48}),
                turned = b.node("turned", Transpose{{1, 0}}, {sum}, {48, 26}),
                out = b.node("out", MatMul{}, {turned, b.constant("v", {26, 10}, 0.2f)}, {48, 10});
  check("decoding step", b.finish({out, masked}), b, {1e-5, 3e-2}, Chips::inf2);
}
