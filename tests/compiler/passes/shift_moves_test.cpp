// Moves across products with constant matrices, text in and text out.
#include <doctest/doctest.h>

#include "tests/compiler/passes/pass_check.h"

using inf::tests::check;
using inf::tests::PassRow;

TEST_CASE("reshapes and transposes across products with constant matrices") {
  const PassRow rows[] = {
      {"down to the product of two tensors", "shift_moves", R"(
input %x: f32[2, 3, 2]
input %z: f32[3, 2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
const %b: f32[2] = {5, 6}
%t: f32[3, 2, 2] = transpose(%x) perm=[1, 0, 2]
%m: f32[3, 2, 2] = matmul(%t, %w)
%a: f32[3, 2, 2] = binary(%m, %b)
%y: f32[3, 2, 2] = matmul(%z, %a)
output %y
ledger "t" "Transpose" compiled
ledger "m" "MatMul" compiled
ledger "a" "Add" compiled
ledger "y" "MatMul" compiled
)",
       R"(
input %x: f32[2, 3, 2]
input %z: f32[3, 2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
const %b: f32[2] = {5, 6}
%m.moved: f32[2, 3, 2] = matmul(%x, %w) @"m"
%a.moved: f32[2, 3, 2] = binary(%m.moved, %b) @"a"
%a: f32[3, 2, 2] = transpose(%a.moved) perm=[1, 0, 2] @"t"
%y: f32[3, 2, 2] = matmul(%z, %a)
output %y
ledger "t" "Transpose" compiled
ledger "m" "MatMul" compiled
ledger "a" "Add" compiled
ledger "y" "MatMul" compiled
)"},
      {"up to it", "shift_moves", R"(
input %x: f32[3, 2, 2]
input %z: f32[3, 2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
const %b: f32[2] = {5, 6}
%p: f32[3, 2, 2] = matmul(%x, %z)
%r: f32[6, 2] = reshape(%p)
%m: f32[6, 2] = matmul(%r, %w, %b) has_bias=true transpose_b=true
%y: f32[2, 3, 2] = reshape(%m)
output %y
)",
       R"(
input %x: f32[3, 2, 2]
input %z: f32[3, 2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
const %b: f32[2] = {5, 6}
%p: f32[3, 2, 2] = matmul(%x, %z)
%r: f32[6, 2] = reshape(%p)
%r.moved: f32[2, 3, 2] = reshape(%r) @"y"
%y: f32[2, 3, 2] = matmul(%r.moved, %w, %b) transpose_b=true has_bias=true @"m"
output %y
)"},
      {"two readers of a move: it stays for the other", "shift_moves", R"(
input %x: f32[2, 3, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
%t: f32[3, 2, 2] = transpose(%x) perm=[1, 0, 2]
%m: f32[3, 2, 2] = matmul(%t, %w)
%y: f32[3, 2, 2] = matmul(%t, %m) transpose_b=true
output %y
)",
       R"(
input %x: f32[2, 3, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
%t: f32[3, 2, 2] = transpose(%x) perm=[1, 0, 2]
%m.moved: f32[2, 3, 2] = matmul(%x, %w) @"m"
%m: f32[3, 2, 2] = transpose(%m.moved) perm=[1, 0, 2] @"t"
%y: f32[3, 2, 2] = matmul(%t, %m) transpose_b=true
output %y
)"},
      {"no product of two tensors near", "shift_moves", R"(
input %x: f32[2, 3, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
%t: f32[3, 2, 2] = transpose(%x) perm=[1, 0, 2]
%m: f32[3, 2, 2] = matmul(%t, %w)
%y: f32[6, 2] = reshape(%m)
output %y
)",
       nullptr},
      {"a move of the last axis", "shift_moves", R"(
input %x: f32[2, 3, 2]
input %z: f32[3, 2, 2]
const %w: f32[2, 2] = {1, 2, 3, 4}
%t: f32[3, 2, 2] = transpose(%x) perm=[1, 2, 0]
%m: f32[3, 2, 2] = matmul(%t, %w)
%y: f32[3, 2, 2] = matmul(%z, %m)
output %y
)",
       nullptr},
  };
  for (const PassRow& row : rows) check(row);
}
