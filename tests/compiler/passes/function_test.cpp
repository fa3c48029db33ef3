// Activations and softmaxes written out by parts, over %x: f32[2, 3, 4], and residuals of matrix products.
#include <doctest/doctest.h>

#include "tests/compiler/passes/pass_check.h"

using Row = inf::tests::PassRow;
using inf::tests::check;

namespace {

struct Spelling {
  const char* name;
  const char* body;
  const char* node;  ///< nullptr: it is another function
};

const std::string kGiven = R"(
input %x: f32[2, 3, 4]
const %half: f32[] = {0.5}
const %one: f32[] = {1}
const %minus: f32[] = {-1}
const %two: f32[] = {2}
const %three: f32[] = {3}
const %root_half: f32[] = {0.70710677}
const %cubic: f32[] = {0.044715}
const %slope: f32[] = {0.7978846}
const %other: f32[] = {0.7}
)";

void check_spelling(const Spelling& s) {
  const std::string before = kGiven + s.body + "\noutput %y\n";
  const std::string after =
      "input %x: f32[2, 3, 4]\n%y: f32[2, 3, 4] = " + std::string(s.node == nullptr ? "" : s.node) + "\noutput %y\n";
  check({s.name, "recognise_activations", before.c_str(), s.node == nullptr ? nullptr : after.c_str(), 2e-6f});
}

}  // namespace

TEST_CASE("gelu, silu and sigmoid by parts") {
  const Spelling rows[] = {
      {"the gate halved", R"(
%d: f32[2, 3, 4] = binary(%x, %root_half) op=mul
%e: f32[2, 3, 4] = unary(%d) act=erf
%a: f32[2, 3, 4] = binary(%e, %one)
%h: f32[2, 3, 4] = binary(%a, %half) op=mul
%y: f32[2, 3, 4] = binary(%x, %h) op=mul)",
       "unary(%x) act=gelu"},
      {"half of erf and half", R"(
%d: f32[2, 3, 4] = binary(%x, %root_half) op=mul
%e: f32[2, 3, 4] = unary(%d) act=erf
%h: f32[2, 3, 4] = binary(%e, %half) op=mul
%a: f32[2, 3, 4] = binary(%h, %half)
%y: f32[2, 3, 4] = binary(%a, %x) op=mul)",
       "unary(%x) act=gelu"},
      {"another slope is another function", R"(
%d: f32[2, 3, 4] = binary(%x, %other) op=mul
%e: f32[2, 3, 4] = unary(%d) act=erf
%a: f32[2, 3, 4] = binary(%e, %one)
%h: f32[2, 3, 4] = binary(%a, %half) op=mul
%y: f32[2, 3, 4] = binary(%x, %h) op=mul)",
       nullptr},
      {"tanh with a power", R"(
%p: f32[2, 3, 4] = binary(%x, %three) op=pow
%c: f32[2, 3, 4] = binary(%p, %cubic) op=mul
%s: f32[2, 3, 4] = binary(%x, %c)
%i: f32[2, 3, 4] = binary(%s, %slope) op=mul
%t: f32[2, 3, 4] = unary(%i) act=tanh
%a: f32[2, 3, 4] = binary(%t, %one)
%h: f32[2, 3, 4] = binary(%x, %half) op=mul
%y: f32[2, 3, 4] = binary(%h, %a) op=mul)",
       "unary(%x) act=gelu_tanh"},
      {"tanh of x * slope * (1 + cubic * x * x)", R"(
%u: f32[2, 3, 4] = binary(%x, %cubic) op=mul
%v: f32[2, 3, 4] = binary(%u, %x) op=mul
%w: f32[2, 3, 4] = binary(%v, %one)
%l: f32[2, 3, 4] = binary(%x, %slope) op=mul
%i: f32[2, 3, 4] = binary(%l, %w) op=mul
%t: f32[2, 3, 4] = unary(%i) act=tanh
%a: f32[2, 3, 4] = binary(%t, %one)
%g: f32[2, 3, 4] = binary(%x, %a) op=mul
%y: f32[2, 3, 4] = binary(%g, %half) op=mul)",
       "unary(%x) act=gelu_tanh"},
      {"tanh with a square and a product", R"(
%q: f32[2, 3, 4] = unary(%x) act=square
%p: f32[2, 3, 4] = binary(%q, %x) op=mul
%c: f32[2, 3, 4] = binary(%p, %cubic) op=mul
%s: f32[2, 3, 4] = binary(%c, %x)
%i: f32[2, 3, 4] = binary(%s, %slope) op=mul
%t: f32[2, 3, 4] = unary(%i) act=tanh
%a: f32[2, 3, 4] = binary(%t, %one)
%h: f32[2, 3, 4] = binary(%a, %half) op=mul
%y: f32[2, 3, 4] = binary(%h, %x) op=mul)",
       "unary(%x) act=gelu_tanh"},
      {"silu as a quotient", R"(
%n: f32[2, 3, 4] = unary(%x) act=neg
%e: f32[2, 3, 4] = unary(%n) act=exp
%a: f32[2, 3, 4] = binary(%e, %one)
%y: f32[2, 3, 4] = binary(%x, %a) op=div)",
       "unary(%x) act=silu"},
      {"silu with the sigmoid by parts", R"(
%n: f32[2, 3, 4] = binary(%x, %minus) op=mul
%e: f32[2, 3, 4] = unary(%n) act=exp
%a: f32[2, 3, 4] = binary(%e, %one)
%g: f32[2, 3, 4] = binary(%one, %a) op=div
%y: f32[2, 3, 4] = binary(%g, %x) op=mul)",
       "unary(%x) act=silu"},
      {"a gate that is an output", R"(
%g: f32[2, 3, 4] = unary(%x) act=sigmoid
%y: f32[2, 3, 4] = binary(%g, %x) op=mul
output %g)",
       nullptr},
  };
  for (const Spelling& row : rows) check_spelling(row);
}

TEST_CASE("softmax by parts") {
  const Spelling rows[] = {
      {"with the maximum", R"(
%m: f32[2, 3, 1] = reduce(%x) op=max axes=[2]
%d: f32[2, 3, 4] = binary(%x, %m) op=sub
%e: f32[2, 3, 4] = unary(%d) act=exp
%s: f32[2, 3, 1] = reduce(%e) op=sum axes=[2]
%y: f32[2, 3, 4] = binary(%e, %s) op=div)",
       "softmax(%x) axis=2"},
      {"without, over the middle", R"(
%e: f32[2, 3, 4] = unary(%x) act=exp
%s1: f32[2, 4] = reduce(%e) op=sum axes=[1] keep_dims=false
%s: f32[2, 1, 4] = reshape(%s1)
%y: f32[2, 3, 4] = binary(%e, %s) op=div)",
       "softmax(%x) axis=1"},
      {"the sum of another axis", R"(
%m: f32[2, 3, 1] = reduce(%x) op=max axes=[2]
%d: f32[2, 3, 4] = binary(%x, %m) op=sub
%e: f32[2, 3, 4] = unary(%d) act=exp
%s: f32[2, 3, 1] = reduce(%x) op=sum axes=[2]
%y: f32[2, 3, 4] = binary(%e, %s) op=div)",
       nullptr},
  };
  for (const Spelling& row : rows) check_spelling(row);
}

TEST_CASE("residuals of matrix products") {
  const Row rows[] = {
      {"a shortcut around a product with bias", "fuse_residual", R"(
input %x: f32[2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
const %b: f32[2] = {1, 2}
%r: f32[2, 2] = unary(%x) act=relu
%m: f32[2, 2] = matmul(%r, %w, %b) has_bias=true
%y: f32[2, 2] = binary(%r, %m) act=relu
output %y
ledger "r" "Relu" compiled
ledger "m" "MatMul" compiled
ledger "y" "Add" compiled
)",
       R"(
input %x: f32[2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
const %b: f32[2] = {1, 2}
%r: f32[2, 2] = unary(%x) act=relu
%y: f32[2, 2] = matmul(%r, %w, %b, %r) has_bias=true has_residual=true act=relu @"m"
output %y
ledger "r" "Relu" compiled
ledger "m" "MatMul" compiled
ledger "y" "Add" fused into "m"
)"},
      // the summand is written after the product: the product moves to the place of the sum
      {"a summand that comes later", "fuse_residual", R"(
input %x: f32[2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
%m: f32[2, 2] = matmul(%x, %w)
%r: f32[2, 2] = unary(%x) act=tanh
%y: f32[2, 2] = binary(%m, %r)
output %y
)",
       R"(
input %x: f32[2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
%r: f32[2, 2] = unary(%x) act=tanh
%y: f32[2, 2] = matmul(%x, %w, _, %r) has_residual=true @"m"
output %y
)"},
      {"two products: the later one takes the earlier", "fuse_residual", R"(
input %x: f32[2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
%m: f32[2, 2] = matmul(%x, %w)
%n: f32[2, 2] = matmul(%x, %x)
%y: f32[2, 2] = binary(%m, %n)
output %y
)",
       R"(
input %x: f32[2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
%m: f32[2, 2] = matmul(%x, %w)
%y: f32[2, 2] = matmul(%x, %x, _, %m) has_residual=true @"n"
output %y
)"},
      {"a summand that is repeated stays", "fuse_residual", R"(
input %x: f32[2, 2]
input %z: f32[2, 1]
const %w: f32[2, 2] = {1, 2, 3, 4}
%m: f32[2, 2] = matmul(%x, %w)
%y: f32[2, 2] = binary(%m, %z)
output %y
)",
       nullptr},
      {"a product with an activation stays", "fuse_residual", R"(
input %x: f32[2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
%m: f32[2, 2] = matmul(%x, %w) act=relu
%y: f32[2, 2] = binary(%m, %x)
output %y
)",
       nullptr},
      {"a product that is read elsewhere stays", "fuse_residual", R"(
input %x: f32[2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
%m: f32[2, 2] = matmul(%x, %w)
%y: f32[2, 2] = binary(%m, %x)
output %y
output %m
)",
       nullptr},
      {"a constant vector on the last axis is a bias", "fuse_bias", R"(
input %x: f32[2, 2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
const %b: f32[1, 1, 2] = {1, 2}
%m: f32[2, 2, 2] = matmul(%x, %w)
%y: f32[2, 2, 2] = binary(%m, %b)
output %y
)",
       R"(
input %x: f32[2, 2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
const %b: f32[1, 1, 2] = {1, 2}
%y: f32[2, 2, 2] = matmul(%x, %w, %b) has_bias=true @"m"
output %y
)"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("merge_equal") {
  const Row rows[] = {
      {"a chain that is computed twice", "merge_equal", R"(
input %x: f32[2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
const %v: f32[2, 2] = {1, 2, 3, 4}
%a: f32[2, 2] = matmul(%x, %w)
%b: f32[2, 2] = unary(%a) act=relu
%c: f32[2, 2] = matmul(%x, %v)
%d: f32[2, 2] = unary(%c) act=relu
%y: f32[2, 2] = binary(%b, %d)
output %y
ledger "a" "MatMul" compiled
ledger "b" "Relu" compiled
ledger "c" "MatMul" compiled
ledger "d" "Relu" compiled
ledger "y" "Add" compiled
)",
       R"(
input %x: f32[2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
%a: f32[2, 2] = matmul(%x, %w)
%b: f32[2, 2] = unary(%a) act=relu
%y: f32[2, 2] = binary(%b, %b)
output %y
ledger "a" "MatMul" compiled
ledger "b" "Relu" compiled
ledger "c" "MatMul" fused into "a"
ledger "d" "Relu" fused into "b"
ledger "y" "Add" compiled
)"},
      {"an output is written by its own node", "merge_equal", R"(
input %x: f32[2, 2]
%a: f32[2, 2] = unary(%x) act=relu
%b: f32[2, 2] = unary(%x) act=relu
output %a
output %b
)",
       nullptr},
      {"another parameter, another constant, another shape", "merge_equal", R"(
input %x: f32[2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
const %v: f32[2, 2] = {1, 2, 3, 5}
%a: f32[2, 2] = matmul(%x, %w)
%b: f32[2, 2] = matmul(%x, %v)
%c: f32[2, 2] = matmul(%x, %w) transpose_b=true
%d: f32[4] = reshape(%x)
%e: f32[1, 4] = reshape(%x)
%f: f32[2, 2] = binary(%a, %b)
%g: f32[2, 2] = binary(%f, %c)
%h: f32[1, 4] = binary(%d, %e)
output %g
output %h
)",
       nullptr},
  };
  for (const Row& row : rows) check(row);
}
