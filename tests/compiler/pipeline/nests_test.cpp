#include <limits>

#include "tests/compiler/pipeline/check_graph.h"

// Elementwise operators over nests of axes: broadcasting on both sides, integers, truth values.
using namespace inf;
using namespace inf::compiler;
using inf::test::check;
using inf::test::GraphBuilder;
using Op = Binary::Op;

namespace {

constexpr double kExact = 0;

}  // namespace

TEST_CASE("broadcasting") {
  struct Row {
    std::string name;
    Shape a, b, y;
  };
  const Row rows[] = {
      {"one element", {1}, {1}, {1}},
      {"no axes", {}, {}, {}},
      {"seven", {7}, {7}, {7}},
      {"more than the partitions by one", {129}, {129}, {129}},
      {"a prime count", {1009}, {1009}, {1009}},
      {"a row over many rows", {300, 48}, {48}, {300, 48}},
      {"a row over one row", {1, 1000}, {1000}, {1, 1000}},
      {"a column over rows", {130, 70}, {130, 1}, {130, 70}},
      {"outer product", {129, 1}, {1, 65}, {129, 65}},
      {"the left side repeats", {9}, {5, 7, 9}, {5, 7, 9}},
      {"a run-time scalar", {3, 50, 11}, {1}, {3, 50, 11}},
      {"both sides repeat, rank 5", {2, 1, 5, 1, 3}, {1, 4, 5, 6, 1}, {2, 4, 5, 6, 3}},
      {"axes that do not join", {6, 1, 5, 1, 4}, {1, 7, 1, 3, 1}, {6, 7, 5, 3, 4}},
      {"tokens and positions", {2, 26, 384}, {1, 26, 384}, {2, 26, 384}},
      {"scores and mask", {1, 12, 26, 26}, {26, 26}, {1, 12, 26, 26}},
      {"long", {40, 5000}, {40, 1}, {40, 5000}},
  };
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId x = b.input("a", r.a), y = b.input("b", r.b);
    const ValueId out = b.node("add", Binary{Op::add, {}}, {x, y}, r.y);
    check(r.name, b.finish({out}), b, {kExact, 1e-2});
  }
}

TEST_CASE("operators") {
  struct Row {
    std::string name;
    Op op;
    Element y;
    double fp32 = kExact, bf16 = 2e-2;
  };
  const Row floats[] = {
      {"sub", Op::sub, Element::f32},
      {"mul", Op::mul, Element::f32},
      {"max", Op::max, Element::f32},
      {"min", Op::min, Element::f32},
      {"less", Op::less, Element::boolean, kExact, 2},
      {"less or equal", Op::less_equal, Element::boolean, kExact, 2},
      {"greater", Op::greater, Element::boolean, kExact, 2},
      {"greater or equal", Op::greater_equal, Element::boolean, kExact, 2},
      {"equal", Op::equal, Element::boolean, kExact, 2},
  };
  for (const Row& r : floats) {
    for (const bool swapped : {false, true}) {
      GraphBuilder b;
      const ValueId x = b.input("a", {37, 1}), y = b.input("b", {37, 41}), c = b.constant("c", {1});
      std::vector<ValueId> tensors{x, y}, scalar{y, c};
      if (swapped) std::swap(tensors[0], tensors[1]), std::swap(scalar[0], scalar[1]);
      const ValueId u = b.node("tensors", Binary{r.op, {}}, tensors, {37, 41}, r.y),
                    v = b.node("scalar", Binary{r.op, {}}, scalar, {37, 41}, r.y);
      check(r.name, b.finish({u, v}), b, {r.fp32, r.bf16});
    }
  }
  const Row whole[] = {
      {"add", Op::add, Element::i64},       {"sub", Op::sub, Element::i64},
      {"mul", Op::mul, Element::i64},       {"max", Op::max, Element::i64},
      {"min", Op::min, Element::i64},       {"equal", Op::equal, Element::boolean},
      {"less", Op::less, Element::boolean}, {"greater or equal", Op::greater_equal, Element::boolean},
  };
  for (const Row& r : whole) {
    GraphBuilder b;
    const ValueId x = b.integers("a", {11, 13}, -2000, 2000), y = b.integers("b", {13}, 1, 9),
                  big = b.integers("big", {1000}, -16000000, 16000000), by = b.whole_constant("by", {1}, {-7});
    const ValueId u = b.node("tensors", Binary{r.op, {}}, {x, y}, {11, 13}, r.y),
                  v = b.node("scalar", Binary{r.op, {}}, {r.op == Op::mul ? x : big, by},
                             r.op == Op::mul ? Shape{11, 13} : Shape{1000}, r.y),
                  w = b.node("turned", Binary{r.op, {}}, {by, y}, {13}, r.y);
    check("whole " + r.name, b.finish({u, v, w}), b, {kExact, kExact});
  }
  for (const Op op : {Op::logic_and, Op::logic_or, Op::logic_xor, Op::equal}) {
    GraphBuilder b;
    const ValueId x = b.booleans("a", {5, 1, 33}), y = b.booleans("b", {4, 33});
    const ValueId out = b.node("logic", Binary{op, {}}, {x, y}, {5, 4, 33}, Element::boolean);
    check("logic", b.finish({out}), b, {kExact, kExact});
  }
}

TEST_CASE("division, powers, activation behind a broadcast") {
  GraphBuilder b;
  const ValueId x = b.input("a", {3, 129, 10}), y = b.constant("b", {129, 1}, 0.5f, 2);
  const ValueId quotient = b.node("div", Binary{Op::div, {}}, {x, y}, {3, 129, 10}),
                inverse = b.node("inverse", Binary{Op::div, {}}, {b.constant("one", {1}, 0, 1), y}, {129, 1}),
                square = b.node("pow", Binary{Op::pow, {}}, {x, b.constant("two", {1}, 0, 2)}, {3, 129, 10}),
                relu = b.node("relu", Binary{Op::mul, {Act::relu}}, {x, y}, {3, 129, 10}),
                swish = b.node("swish", Binary{Op::sub, {Act::hard_swish}}, {x, y}, {3, 129, 10}),
                elu = b.node("elu", Binary{Op::sub, {Act::elu, 1.0f}}, {y, x}, {3, 129, 10});
  check("activations", b.finish({quotient, inverse, square, relu, swish, elu}), b, {1e-5, 3e-2});
}

TEST_CASE("where") {
  struct Row {
    std::string name;
    Shape condition, a, b, y;
  };
  const Row rows[] = {
      {"same shapes", {6, 130}, {6, 130}, {6, 130}, {6, 130}},
      {"a mask over heads", {1, 26, 26}, {4, 26, 26}, {1}, {4, 26, 26}},
      {"a column of conditions", {129, 1}, {129, 33}, {33}, {129, 33}},
      {"everything repeats", {7, 1, 1}, {5, 1}, {1, 3}, {7, 5, 3}},
  };
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId c = b.booleans("c", r.condition), x = b.input("a", r.a), y = b.input("b", r.b);
    const ValueId out = b.node("where", Where{}, {c, x, y}, r.y);
    check(r.name, b.finish({out}), b, {kExact, 1e-2});
  }
  GraphBuilder b;
  const ValueId c = b.booleans("c", {9, 31}), x = b.input("a", {9, 31}), i = b.integers("i", {9, 31}, -5, 5);
  const ValueId low = b.constant("low", {1}, 0, -std::numeric_limits<float>::infinity()), one = b.constant("one", {1});
  const ValueId masked = b.node("masked", Where{}, {c, low, x}, {9, 31}),
                kept = b.node("kept", Where{}, {c, x, one}, {9, 31}),
                chosen = b.node("chosen", Where{}, {c, i, b.whole_constant("seven", {}, {7})}, {9, 31}, Element::i64),
                numbers = b.node("numbers", Where{}, {c, one, b.constant("other", {1})}, {9, 31});
  const ValueId back = b.node("back", Binary{Op::max, {}}, {masked, b.constant("floor", {1}, 0, -3)}, {9, 31});
  check("immediates", b.finish({kept, chosen, numbers, back}), b, {kExact, 1e-2});
}

TEST_CASE("casts") {
  GraphBuilder b;
  const ValueId x = b.input("x", {1003}), i = b.integers("i", {77, 5}, -16000000, 16000000),
                t = b.booleans("t", {9, 9});
  for (std::size_t k = 0; k < b.data(0).size(); ++k) b.data(0)[k] *= static_cast<float>(k % 37);
  b.data(0)[0] = 2.5f, b.data(0)[1] = -2.5f, b.data(0)[2] = 3.5f, b.data(0)[3] = -0.5f, b.data(0)[4] = 0;
  const auto cast = [&](const std::string& name, ValueId from, Shape shape, Element to) {
    return b.node(name, Cast{to}, {from}, std::move(shape), to);
  };
  const ValueId whole = cast("whole", x, {1003}, Element::i64), truth = cast("truth", x, {1003}, Element::boolean),
                number = cast("number", i, {77, 5}, Element::f32), set = cast("set", i, {77, 5}, Element::boolean),
                one = cast("one", t, {9, 9}, Element::f32), bit = cast("bit", t, {9, 9}, Element::i64);
  check("casts", b.finish({whole, truth, number, set, one, bit}), b, {kExact, 1});
}

TEST_CASE("integers and truth values go in and out unchanged") {
  GraphBuilder b;
  const ValueId i = b.integers("i", {3, 50}, -16000000, 16000000), t = b.booleans("t", {3, 50});
  const ValueId turned = b.node("turned", Transpose{{1, 0}}, {i}, {50, 3}, Element::i64),
                flat = b.node("flat", Reshape{}, {t}, {150}, Element::boolean),
                repeated = b.node("repeated", Expand{}, {i}, {4, 3, 50}, Element::i64);
  check("moves", b.finish({turned, flat, repeated}), b, {kExact, kExact});
}

TEST_CASE("a result without elements is refused") {
  GraphBuilder b;
  const ValueId x = b.input("x", {0, 4}), y = b.input("y", {4});
  const Graph graph = b.finish({b.node("add", Binary{Op::add, {}}, {x, y}, {0, 4})});
  CHECK_THROWS_WITH_AS(test::run_on_chip(graph, b.inputs(), DType::bf16), doctest::Contains("sizes are positive"),
                       Error);
}
