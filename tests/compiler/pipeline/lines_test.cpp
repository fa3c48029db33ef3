#include "tests/compiler/pipeline/check_graph.h"

// Operators along an axis: reductions, running sums, the index of the largest element.
using namespace inf;
using namespace inf::compiler;
using inf::test::check;
using inf::test::GraphBuilder;

TEST_CASE("reductions over any axes") {
  struct Row {
    std::string name;
    Shape x;
    std::vector<std::int64_t> axes;
  };
  const Row rows[] = {
      {"one element", {1}, {0}},
      {"seven", {7}, {0}},
      {"the last axis", {129, 33}, {1}},
      {"the first axis", {33, 129}, {0}},
      {"a short first axis", {2, 1000}, {0}},
      {"a long first axis of few", {5000, 3}, {0}},
      {"the middle", {3, 200, 7}, {1}},
      {"two neighbours", {2, 5, 6, 30}, {2, 3}},
      {"two that do not touch", {4, 9, 5, 11}, {0, 2}},
      {"three of five", {2, 3, 4, 5, 6}, {0, 2, 4}},
      {"all of a long vector", {100000}, {0}},
      {"all of a prime count", {10007}, {0}},
      {"everything", {13, 7, 11}, {0, 1, 2}},
  };
  for (const Row& r : rows) {
    GraphBuilder b;
    const ValueId x = b.input("x", r.x);
    Shape y = r.x;
    for (std::int64_t axis : r.axes) y[static_cast<std::size_t>(axis)] = 1;
    const auto node = [&](const std::string& name, Reduce::Op op) {
      return b.node(name, Reduce{op, r.axes, true}, {x}, y);
    };
    const ValueId most = node("max", Reduce::Op::max), least = node("min", Reduce::Op::min);
    check(r.name, b.finish({most, least}), b, {0, 1e-2});
    const ValueId sum = node("sum", Reduce::Op::sum), mean = node("mean", Reduce::Op::mean);
    // Sums of numbers of both signs cancel: the error is that of the terms.
    check(r.name, b.finish({sum, mean}), b, {1e-3, 5e-2});
  }
  GraphBuilder b;
  const ValueId i = b.integers("i", {6, 130}, -1000, 1000);
  check("whole numbers",
        b.finish({b.node("sum", Reduce{Reduce::Op::sum, {1}, false}, {i}, {6}, Element::i64),
                  b.node("max", Reduce{Reduce::Op::max, {0}, false}, {i}, {130}, Element::i64)}),
        b, {0, 0});
}

TEST_CASE("the index of the largest and the smallest element") {
  struct Row {
    std::string name;
    Shape x;
    std::int64_t axis;
  };
  const Row rows[] = {
      {"one element", {1}, 0},
      {"fewer than eight", {129, 7}, 1},
      {"eight", {5, 8}, -1},
      {"a vocabulary", {26, 95}, -1},
      {"first axis", {10, 130}, 0},
      {"middle", {3, 20, 9}, 1},
      {"longer than one search", {2, 40000}, 1},
      {"longer than one search by less than eight", {3, 16387}, 1},
  };
  for (const Row& r : rows)
    for (const bool last : {false, true})
      for (const bool smallest : {false, true}) {
        GraphBuilder b;
        const ValueId x = b.integers("x", r.x, -3, 3);  // many equals
        const ValueId y = b.input("y", r.x);
        const auto axis =
            static_cast<std::size_t>(r.axis < 0 ? r.axis + static_cast<std::int64_t>(r.x.size()) : r.axis);
        Shape out = r.x;
        out[axis] = 1;
        const ArgMax op{.axis = r.axis, .keep_dims = true, .last = last, .smallest = smallest};
        check(r.name, b.finish({b.node("ties", op, {x}, out, Element::i64)}), b, {0, 0});
        const ValueId floats = b.node("floats", op, {y}, out, Element::i64);
        check(r.name, b.finish({floats}), b, {0, 2});
      }
}

TEST_CASE("running sums") {
  struct Row {
    std::string name;
    Shape x;
    std::int64_t axis;
  };
  const Row rows[] = {{"one element", {1}, 0},     {"a vector", {1000}, 0},   {"last axis", {129, 26}, 1},
                      {"first axis", {51, 33}, 0}, {"middle", {3, 17, 9}, 1}, {"longer than one tile", {2, 20000}, 1}};
  for (const Row& r : rows)
    for (const bool exclusive : {false, true})
      for (const bool reverse : {false, true}) {
        GraphBuilder b;
        const CumSum op{r.axis, exclusive, reverse};
        const ValueId x = b.integers("x", r.x, -50, 50), y = b.input("y", r.x);
        check(r.name, b.finish({b.node("whole", op, {x}, r.x, Element::i64)}), b, {0, 0});
        const ValueId floats = b.node("floats", op, {y}, r.x);
        check(r.name, b.finish({floats}), b, {1e-5, 2e-2});
      }
}
