#include "compiler/analysis/cost.h"

#include <doctest/doctest.h>

#include "compiler/analysis/uses.h"

using namespace inf::compiler;

TEST_CASE("macs and traffic by hand") {
  const Graph g = parse_graph(R"(
input %x: f32[1, 4, 6, 6]
const %w: f32[8, 4, 3, 3]
const %d: f32[8, 1, 3, 3]
const %u: f32[8, 5, 2, 2]
const %m: f32[10, 45]
%c: f32[1, 8, 6, 6] = conv(%x, %w) pads=[1, 1, 1, 1]
%dw: f32[1, 8, 6, 6] = conv(%c, %d, _, %c) pads=[1, 1, 1, 1] groups=8 has_residual=true
%up: f32[1, 5, 12, 12] = conv(%dw, %u) stride=[2, 2] transposed=true
%p: f32[1, 5, 3, 3] = pool(%up) kernel=[4, 4] stride=[4, 4]
%f: f32[1, 45] = reshape(%p)
%y: f32[1, 10] = matmul(%f, %m) transpose_b=true
output %y
)");
  struct Row {
    const char* name;
    std::int64_t macs;
    Traffic traffic;
  };
  const Row rows[] = {
      {"c", 8 * 36 * 4 * 9, {4 * 36, 8 * 4 * 9, 8 * 36}},
      {"dw", 8 * 36 * 9, {8 * 36, 8 * 9, 8 * 36}},  // it reads %c twice and loads it once
      {"up", 8 * 36 * 5 * 4, {8 * 36, 8 * 5 * 4, 5 * 144}},
      {"p", 0, {5 * 144, 0, 45}},
      {"f", 0, {45, 0, 45}},
      {"y", 450, {45, 450, 10}},
  };
  std::int64_t total = 0;
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    CAPTURE(rows[i].name);
    CHECK(g.nodes[i].name == rows[i].name);
    CHECK(macs(g, g.nodes[i]) == rows[i].macs);
    CHECK(traffic(g, g.nodes[i]) == rows[i].traffic);
    total += rows[i].macs;
  }
  CHECK(total_macs(g) == total);
  CHECK(bytes(g.value(0)) == 4 * 144);
}

TEST_CASE("uses and lifetimes") {
  const Graph g = parse_graph(R"(
input %x: f32[2]
input %unread: f32[2]
const %k: f32[2]
%a: f32[2] = unary(%x) act=relu
%b: f32[2] = binary(%a, %k)
%c: f32[2] = binary(%a, %b)
%dead: f32[2] = unary(%c)
output %b
output %c
)");
  struct Row {
    const char* name;
    int producer, only;
    Lifetime life;
  };
  const Row rows[] = {{"x", -1, 0, {-1, 0}}, {"unread", -1, -1, {-1, -1}}, {"k", -1, 1, {-1, -1}}, {"a", 0, -1, {0, 2}},
                      {"b", 1, -1, {1, 4}},  {"c", 2, -1, {2, 4}},         {"dead", 3, -1, {3, 3}}};
  const Uses u = uses(g);
  const auto spans = lifetimes(g);
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    CAPTURE(rows[i].name);
    const auto id = static_cast<ValueId>(i);
    CHECK(g.value(id).name == rows[i].name);
    CHECK(u.producer_of(id) == rows[i].producer);
    CHECK(u.only_consumer(id) == rows[i].only);
    CHECK(spans[i] == rows[i].life);
  }
}
