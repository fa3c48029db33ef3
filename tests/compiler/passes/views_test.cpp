// Text in, text out: reading through slices, concatenations, expansions and casts; powers; integers and loop bodies.
#include <doctest/doctest.h>

#include "compiler/analysis/interpret.h"
#include "compiler/ir/access.h"
#include "compiler/passes/graph_passes.h"
#include "tests/compiler/passes/pass_check.h"

using Row = inf::tests::PassRow;
using inf::tests::check;

TEST_CASE("merge_views") {
  const Row rows[] = {
      {"slices down to the part that they show", "merge_views", R"(
input %x: f32[2, 4]
input %z: f32[2, 4]
%j: f32[2, 8] = concat(%x, %z) axis=1
%a: f32[2, 4] = slice(%j) start=[0, 4] step=[1, 1]
%b: f32[2, 2] = slice(%a) start=[0, 3] step=[1, -2]
%y: f32[2, 2] = unary(%b) act=relu
output %y
)",
       R"(
input %x: f32[2, 4]
input %z: f32[2, 4]
%b: f32[2, 2] = slice(%z) start=[0, 3] step=[1, -2]
%y: f32[2, 2] = unary(%b) act=relu
output %y
)"},
      {"a slice over two parts stays", "merge_views", R"(
input %x: f32[2, 4]
input %z: f32[2, 4]
%j: f32[2, 8] = concat(%x, %z) axis=1
%y: f32[2, 4] = slice(%j) start=[0, 2] step=[1, 1]
output %y
)",
       nullptr},
      {"tokens written one after the other", "merge_views", R"(
input %a: f32[1, 1]
input %b: f32[1, 1]
%one: f32[1, 2] = concat(%a, %b) axis=1
%two: f32[1, 3] = concat(%one, %a) axis=1
%y: f32[1, 3] = unary(%two) act=relu
output %y
)",
       R"(
input %a: f32[1, 1]
input %b: f32[1, 1]
%two: f32[1, 3] = concat(%a, %b, %a) axis=1
%y: f32[1, 3] = unary(%two) act=relu
output %y
)"},
      {"an expansion that the reader makes itself", "merge_views", R"(
input %x: f32[2, 4]
input %v: f32[4]
%e: f32[2, 4] = expand(%v)
%y: f32[2, 4] = binary(%x, %e)
output %y
)",
       R"(
input %x: f32[2, 4]
input %v: f32[4]
%y: f32[2, 4] = binary(%x, %v)
output %y
)"},
      {"two expansions: one has to stay", "merge_views", R"(
input %v: f32[4]
%e: f32[2, 4] = expand(%v)
%y: f32[2, 4] = binary(%e, %e)
output %y
)",
       R"(
input %v: f32[4]
%e: f32[2, 4] = expand(%v)
%y: f32[2, 4] = binary(%v, %e)
output %y
)"},
      {"casts there and back", "merge_views", R"(
input %x: i64[2]
%f: f32[2] = cast(%x)
%i: i64[2] = cast(%f) to=i64
%y: i64[2] = binary(%i, %x)
output %y
)",
       R"(
input %x: i64[2]
%y: i64[2] = binary(%x, %x)
output %y
)"},
      {"a cast that truncates stays", "merge_views", R"(
input %x: f32[2]
%i: i64[2] = cast(%x) to=i64
%y: f32[2] = cast(%i)
output %y
)",
       nullptr},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("powers as products, integers as constants") {
  const Row rows[] = {
      {"a cube", "canonicalise", R"(
input %x: f32[2]
const %three: f32[] = {3}
%y: f32[2] = binary(%x, %three) op=pow
output %y
)",
       R"(
input %x: f32[2]
%y.square: f32[2] = unary(%x) act=square @"y"
%y: f32[2] = binary(%y.square, %x) op=mul
output %y
)"},
      {"a product with itself", "canonicalise", R"(
input %x: f32[2]
%y: f32[2] = binary(%x, %x) op=mul
output %y
)",
       R"(
input %x: f32[2]
%y: f32[2] = unary(%x) act=square
output %y
)"},
      {"a mask of constants", "fold_constants", R"(
input %x: f32[2]
const %i: i64[2] = {0, 1}
const %one: i64[] = {1}
%m: bool[2] = binary(%i, %one) op=less
%y: f32[2] = where(%m, %x, %x)
output %y
)",
       R"(
input %x: f32[2]
const %m: bool[2] = {1, 0}
%y: f32[2] = where(%m, %x, %x)
output %y
)"},
      {"integers beyond fp32 stay", "fold_constants", R"(
input %x: i64[1]
const %big: i64[1] = {16777217}
%s: i64[1] = binary(%big, %big)
%y: i64[1] = binary(%x, %s)
output %y
)",
       nullptr},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("the body of a loop goes through the passes too") {
  using namespace inf::compiler;
  Graph g = parse_graph(R"(
input %x: f32[2]
%y: f32[2] = loop(_, %x) trips=3 carried=1 {
  input %i: i64[]
  input %go: bool[]
  input %s: f32[2]
  const %half: f32[] = {0.5}
  const %two: f32[] = {2}
  %d: f32[2] = binary(%s, %two) op=div
  %r: f32[2] = reshape(%d)
  %t: f32[2] = binary(%r, %half)
  output %go
  output %t
}
output %y
)");
  const auto want = interpret(g, {{1, -3}});
  run_graph_passes(g);
  CHECK(as<Loop>(g.nodes[0])->body->nodes.size() == 2);
  CHECK(interpret(g, {{1, -3}}) == want);
}
