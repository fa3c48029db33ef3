// Views against the interpreter: a value that holds its own row-major positions is moved about, and the view of the
// result must name the position that every element came from.
#include <doctest/doctest.h>

#include <numeric>

#include "compiler/analysis/interpret.h"
#include "compiler/ir/shape.h"
#include "compiler/passes/strided_view.h"

using namespace inf::compiler;

namespace {

struct Random {
  std::uint32_t state;
  std::int64_t below(std::int64_t n) {
    state = state * 1664525u + 1013904223u;
    return static_cast<std::int64_t>(state >> 8) % n;
  }
};

/// The element positions that a view names, in row-major order of its axes.
std::vector<float> positions(const StridedView& v) {
  std::vector<std::int64_t> found = {v.offset};
  for (const Axis& axis : v.axes)
    for (const Factor& f : axis) {
      std::vector<std::int64_t> next;
      for (const std::int64_t at : found)
        for (std::int64_t i = 0; i < f.size; ++i) next.push_back(at + i * f.step);
      found = std::move(next);
    }
  return {found.begin(), found.end()};
}

Shape split_differently(const Shape& x, Random& random) {
  Shape y;
  std::int64_t left = elements(x);
  for (const std::int64_t part : {2, 3, 2, 2, 3})
    if (left % part == 0 && random.below(2) == 0) y.push_back(part), left /= part;
  y.insert(y.begin() + static_cast<std::ptrdiff_t>(random.below(static_cast<std::int64_t>(y.size()) + 1)), left);
  return y;
}

/// A random reshape, transpose, slice or expand of a value of that shape.
std::pair<Operator, Shape> random_move(const Shape& x, Random& random) {
  const auto rank = static_cast<std::int64_t>(x.size());
  switch (random.below(4)) {
    case 0: return {Reshape{}, split_differently(x, random)};
    case 1: {
      Transpose t;
      t.perm.resize(x.size());
      std::iota(t.perm.begin(), t.perm.end(), 0);
      for (std::int64_t i = rank; i-- > 1;)
        std::swap(t.perm[static_cast<std::size_t>(i)], t.perm[static_cast<std::size_t>(random.below(i + 1))]);
      Shape y;
      for (const std::int64_t axis : t.perm) y.push_back(x[static_cast<std::size_t>(axis)]);
      return {t, y};
    }
    case 2: {
      Slice s{Shape(x.size(), 0), Shape(x.size(), 1)};
      Shape y = x;
      const auto axis = static_cast<std::size_t>(random.below(rank));
      s.start[axis] = random.below(x[axis]);
      s.step[axis] = 1 + random.below(2);
      y[axis] = 1 + random.below((x[axis] - 1 - s.start[axis]) / s.step[axis] + 1);
      return {s, y};
    }
    default: {
      Shape y = x;
      for (std::int64_t& d : y)
        if (d == 1) d = 1 + random.below(3);
      if (random.below(2) == 0) y.insert(y.begin(), 2);
      return {Expand{}, y};
    }
  }
}

}  // namespace

TEST_CASE("random chains of moves") {
  int views = 0, refused = 0;
  for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    Random random{seed * 2654435761u};
    Graph g;
    g.inputs = {g.add({"x", Element::f32, {4, 6, 6}, nullptr})};
    std::optional<StridedView> view = row_major({4, 6, 6});
    ValueId at = g.inputs[0];
    for (int i = 0; i < 5 && view && elements(g.value(at).shape) < 1000; ++i) {
      const Shape x = g.value(at).shape;
      auto [op, y] = random_move(x, random);
      view = moved(*view, op, x, y);
      const ValueId to = g.add({"v" + std::to_string(i), Element::f32, y, nullptr});
      g.nodes.push_back({op, {at}, to, g.value(to).name});
      at = to;
    }
    if (!view) {
      ++refused;
      continue;
    }
    g.outputs = {at};
    if (g.nodes.empty()) continue;
    verify(g, "test");
    std::vector<float> own(static_cast<std::size_t>(elements(g.value(g.inputs[0]).shape)));
    std::iota(own.begin(), own.end(), 0.0f);
    CHECK(positions(*view) == interpret(g, {own})[0]);
    REQUIRE(view->axes.size() == g.value(at).shape.size());
    ++views;
  }
  // most chains have a view; a reshape that cuts across a slice has none
  CHECK(views > 1500);
  CHECK(refused > 100);
}

TEST_CASE("lists of positions side by side") {
  using Lists = std::vector<std::vector<Factor>>;
  const auto sizes = [](const std::vector<Factor>& l) {
    Shape s;
    for (const Factor& f : l) s.push_back(f.size);
    return s;
  };
  struct Row {
    const char* name;
    Lists lists;
    bool aligned;
    Shape sizes;
    std::size_t most;
    bool merges;
  };
  const Row rows[] = {
      {"one axis against two", {{{6, 4}}, {{2, 100}, {3, 7}}}, true, {2, 3}, 2, true},
      {"two into one", {{{2, 12}, {3, 4}}, {{2, 0}, {3, 0}}}, true, {2, 3}, 1, true},
      {"a repeated axis next to one that steps", {{{2, 0}, {3, 4}}, {{6, 1}}}, true, {2, 3}, 1, false},
      {"sizes that cross", {{{2, 3}, {3, 1}}, {{3, 2}, {2, 1}}}, false, {}, 2, false},
      {"three where the outer two join",
       {{{2, 30}, {3, 10}, {5, 1}}, {{2, 3}, {3, 1}, {5, 9}}},
       true,
       {2, 3, 5},
       2,
       true},
      {"nothing at all", {{}, {{1, 5}}}, true, {}, 2, true},
  };
  for (Row row : rows) {
    CAPTURE(row.name);
    CHECK(align(row.lists) == row.aligned);
    if (!row.aligned) continue;
    for (const auto& list : row.lists) CHECK(sizes(list) == row.sizes);
    CHECK(merge_down(row.lists, row.most) == row.merges);
    if (row.merges) CHECK(row.lists[0].size() <= row.most);
  }
}
