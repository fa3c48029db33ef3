// Layer norms in the spellings of exporters. Each row is a body over %x: f32[2, 3, 4] with the constants of `given`.
#include <doctest/doctest.h>

#include "compiler/analysis/interpret.h"
#include "compiler/passes/fuse_layer_norm.h"
#include "tests/compiler/passes/pass_check.h"

using namespace inf::compiler;
using namespace inf::tests;

namespace {

struct Row {
  const char* name;
  const char* body;
  const char* norm;  ///< the nodes that are left, from the first " = " on; nullptr: nothing is fused
};

const std::string kGiven = R"(
input %x: f32[2, 3, 4]
const %eps: f32[] = {1e-3}
const %two: f32[] = {2}
const %half: f32[] = {0.5}
const %minus_half: f32[] = {-0.5}
const %one: f32[] = {1}
const %quarter: f32[] = {0.25}
const %g: f32[4] = {1, 2, -1, 0.5}
const %g3: f32[1, 1, 4] = {1, 2, -1, 0.5}
const %b: f32[4] = {0, 1, 0, -1}
const %c: f32[3, 1] = {0, 1, 2}
)";
// mean and difference, and the variance of it
const std::string kCentred = R"(
%m: f32[2, 3, 1] = reduce(%x) axes=[2]
%d: f32[2, 3, 4] = binary(%x, %m) op=sub
)";
const std::string kVariance = R"(
%q: f32[2, 3, 4] = unary(%d) act=square
%v: f32[2, 3, 1] = reduce(%q) axes=[2]
%e: f32[2, 3, 1] = binary(%v, %eps)
)";

void check(const Row& row) {
  CAPTURE(row.name);
  std::string body = row.body;
  for (const auto& [mark, text] : {std::pair{"$centred", &kCentred}, std::pair{"$variance", &kVariance}})
    if (const auto at = body.find(mark); at != std::string::npos) body.replace(at, std::string(mark).size(), *text);
  Graph g = parse_graph(kGiven + body + "\noutput %y\n");
  verify(g, "test");
  const std::string before = print(g, true);
  const auto inputs = sample_inputs(g);
  const auto want = interpret(g, inputs);
  CHECK(FuseLayerNorm::run(g) == (row.norm != nullptr));
  verify(g, "fuse_layer_norm");
  if (row.norm == nullptr) {
    CHECK(print(g, true) == before);
    return;
  }
  std::string left;
  const std::string text = print(g);
  for (auto at = text.find(" = "); at != std::string::npos; at = text.find(" = ", at + 1))
    left += (left.empty() ? "" : "; ") + text.substr(at + 3, text.find('\n', at) - at - 3);
  CHECK(left == row.norm);
  CHECK(largest_difference(interpret(g, inputs), want) < 1e-5);
  CHECK_FALSE(FuseLayerNorm::run(g));
}

}  // namespace

TEST_CASE("fuse_layer_norm") {
  const Row rows[] = {
      {"quotient, scale and shift", R"($centred$variance
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%n: f32[2, 3, 4] = binary(%d, %s) op=div
%a: f32[2, 3, 4] = binary(%n, %g) op=mul
%y: f32[2, 3, 4] = binary(%a, %b))",
       "layer_norm(%x, %g, %b) epsilon=0.001"},
      {"no scale, no shift, the square as a product", R"($centred
%q: f32[2, 3, 4] = binary(%d, %d) op=mul
%v: f32[2, 3, 1] = reduce(%q) axes=[2]
%e: f32[2, 3, 1] = binary(%eps, %v)
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%y: f32[2, 3, 4] = binary(%d, %s) op=div)",
       "layer_norm(%x) epsilon=0.001"},
      {"the square as a power, a factor of three axes", R"($centred
%q: f32[2, 3, 4] = binary(%d, %two) op=pow
%v: f32[2, 3, 1] = reduce(%q) axes=[2]
%e: f32[2, 3, 1] = binary(%v, %eps)
%s: f32[2, 3, 1] = binary(%e, %half) op=pow
%n: f32[2, 3, 4] = binary(%d, %s) op=div
%y: f32[2, 3, 4] = binary(%g3, %n) op=mul)",
       "layer_norm(%x, %g3.vector) epsilon=0.001"},
      {"product with the reciprocal", R"($centred$variance
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%r: f32[2, 3, 1] = unary(%s) act=reciprocal
%n: f32[2, 3, 4] = binary(%d, %r) op=mul
%y: f32[2, 3, 4] = binary(%n, %b))",
       "layer_norm(%x, _, %b) epsilon=0.001"},
      {"product with the power -0.5", R"($centred$variance
%r: f32[2, 3, 1] = binary(%e, %minus_half) op=pow
%y: f32[2, 3, 4] = binary(%r, %d) op=mul)",
       "layer_norm(%x) epsilon=0.001"},
      {"product with 1 / deviation", R"($centred$variance
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%r: f32[2, 3, 1] = binary(%one, %s) op=div
%y: f32[2, 3, 4] = binary(%d, %r) op=mul)",
       "layer_norm(%x) epsilon=0.001"},
      {"the difference is computed twice", R"($centred$variance
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%m2: f32[2, 3, 1] = reduce(%x) axes=[2]
%d2: f32[2, 3, 4] = binary(%x, %m2) op=sub
%y: f32[2, 3, 4] = binary(%d2, %s) op=div)",
       "layer_norm(%x) epsilon=0.001"},
      {"axes that vanish and come back, means as sums", R"(
%m1: f32[2, 3] = reduce(%x) op=sum axes=[2] keep_dims=false
%m2: f32[2, 3, 1] = reshape(%m1)
%m: f32[2, 3, 1] = binary(%m2, %quarter) op=mul
%d: f32[2, 3, 4] = binary(%x, %m) op=sub
$variance
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%y: f32[2, 3, 4] = binary(%d, %s) op=div)",
       "layer_norm(%x) epsilon=0.001"},
      {"variance as difference of means", R"($centred
%q: f32[2, 3, 4] = unary(%x) act=square
%u: f32[2, 3, 1] = reduce(%q) axes=[2]
%mm: f32[2, 3, 1] = unary(%m) act=square
%v: f32[2, 3, 1] = binary(%u, %mm) op=sub
%e: f32[2, 3, 1] = binary(%v, %eps)
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%y: f32[2, 3, 4] = binary(%d, %s) op=div)",
       "layer_norm(%x) epsilon=0.001"},
      {"the factor in both summands", R"($centred$variance
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%r: f32[2, 3, 1] = unary(%s) act=reciprocal
%f: f32[2, 3, 4] = binary(%r, %g) op=mul
%p: f32[2, 3, 4] = binary(%x, %f) op=mul
%o: f32[2, 3, 4] = binary(%m, %f) op=mul
%t: f32[2, 3, 4] = binary(%b, %o) op=sub
%y: f32[2, 3, 4] = binary(%p, %t))",
       "layer_norm(%x, %g, %b) epsilon=0.001"},
      {"RMS", R"(
%q: f32[2, 3, 4] = binary(%x, %two) op=pow
%v: f32[2, 3, 1] = reduce(%q) axes=[2]
%e: f32[2, 3, 1] = binary(%v, %eps)
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%r: f32[2, 3, 1] = unary(%s) act=reciprocal
%n: f32[2, 3, 4] = binary(%x, %r) op=mul
%y: f32[2, 3, 4] = binary(%g, %n) op=mul)",
       "layer_norm(%x, %g) epsilon=0.001 center=false"},
      {"scale and shift behind an imported norm", R"(
%n: f32[2, 3, 4] = layer_norm(%x) epsilon=1e-06
%a: f32[2, 3, 4] = binary(%n, %g) op=mul
%y: f32[2, 3, 4] = binary(%a, %b))",
       "layer_norm(%x, %g, %b) epsilon=1e-06"},
      {"the norm of a norm", R"(
%n: f32[2, 3, 4] = layer_norm(%x, %g, %b)
%m: f32[2, 3, 1] = reduce(%n) axes=[2]
%d: f32[2, 3, 4] = binary(%n, %m) op=sub
$variance
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%y: f32[2, 3, 4] = binary(%d, %s) op=div)",
       "layer_norm(%x, %g, %b); layer_norm(%n) epsilon=0.001"},
      // along the rows, not along the normalised axis
      {"a summand on another axis stays", R"($centred$variance
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%n: f32[2, 3, 4] = binary(%d, %s) op=div
%y: f32[2, 3, 4] = binary(%n, %c))",
       "layer_norm(%x) epsilon=0.001; binary(%n, %c)"},
      {"over another axis", R"(
%m: f32[2, 1, 4] = reduce(%x) axes=[1]
%d: f32[2, 3, 4] = binary(%x, %m) op=sub
%q: f32[2, 3, 4] = unary(%d) act=square
%v: f32[2, 1, 4] = reduce(%q) axes=[1]
%e: f32[2, 1, 4] = binary(%v, %eps)
%s: f32[2, 1, 4] = unary(%e) act=sqrt
%y: f32[2, 3, 4] = binary(%d, %s) op=div)",
       nullptr},
      {"over two axes", R"(
%m: f32[2, 1, 1] = reduce(%x) axes=[1, 2]
%d: f32[2, 3, 4] = binary(%x, %m) op=sub
%q: f32[2, 3, 4] = unary(%d) act=square
%v: f32[2, 1, 1] = reduce(%q) axes=[1, 2]
%e: f32[2, 1, 1] = binary(%v, %eps)
%s: f32[2, 1, 1] = unary(%e) act=sqrt
%y: f32[2, 3, 4] = binary(%d, %s) op=div)",
       nullptr},
      // centred above, not below
      {"another numerator", R"($centred$variance
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%y: f32[2, 3, 4] = binary(%x, %s) op=div)",
       nullptr},
      // a sum divided by one less than the width
      {"the unbiased variance", R"($centred
%q: f32[2, 3, 4] = unary(%d) act=square
%u: f32[2, 3, 1] = reduce(%q) op=sum axes=[2]
const %third: f32[] = {0.33333334}
%v: f32[2, 3, 1] = binary(%u, %third) op=mul
%e: f32[2, 3, 1] = binary(%v, %eps)
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%y: f32[2, 3, 4] = binary(%d, %s) op=div)",
       nullptr},
      {"a deviation that is an output", R"($centred$variance
%s: f32[2, 3, 1] = unary(%e) act=sqrt
%y: f32[2, 3, 4] = binary(%d, %s) op=div
output %s)",
       nullptr},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("the ledger of a fused layer norm") {
  check(PassRow{"parts are fused into the last node", "fuse_layer_norm", R"(
input %x: f32[2, 4]
const %eps: f32[] = {0.001}
const %b: f32[4] = {1, 2, 3, 4}
%m: f32[2, 1] = reduce(%x) axes=[1]
%d: f32[2, 4] = binary(%x, %m) op=sub
%q: f32[2, 4] = unary(%d) act=square
%v: f32[2, 1] = reduce(%q) axes=[1]
%e: f32[2, 1] = binary(%v, %eps)
%s: f32[2, 1] = unary(%e) act=sqrt
%n: f32[2, 4] = binary(%d, %s) op=div
%y: f32[2, 4] = binary(%n, %b)
output %y
ledger "m" "ReduceMean" compiled
ledger "d" "Sub" compiled
ledger "q" "Pow" compiled
ledger "v" "ReduceMean" compiled
ledger "e" "Add" compiled
ledger "s" "Sqrt" compiled
ledger "n" "Div" compiled
ledger "y" "Add" compiled
)",
                R"(
input %x: f32[2, 4]
const %b: f32[4] = {1, 2, 3, 4}
%y: f32[2, 4] = layer_norm(%x, _, %b) epsilon=0.001
output %y
ledger "m" "ReduceMean" fused into "y"
ledger "d" "Sub" fused into "y"
ledger "q" "Pow" fused into "y"
ledger "v" "ReduceMean" fused into "y"
ledger "e" "Add" fused into "y"
ledger "s" "Sqrt" fused into "y"
ledger "n" "Div" fused into "y"
ledger "y" "Add" compiled
)",
                1e-5f});
}
