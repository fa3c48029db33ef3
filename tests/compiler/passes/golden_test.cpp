// Text in, text out: what each pass does to a small graph. The interpreter checks that the values stay.
#include <doctest/doctest.h>

#include "tests/compiler/passes/pass_check.h"

using Row = inf::tests::PassRow;
using inf::tests::check;

TEST_CASE("fold_constants") {
  const Row rows[] = {
      {"a chain of constants", "fold_constants", R"(
input %x: f32[2]
const %a: f32[2] = {1, 2}
const %two: f32[] = {2}
%b: f32[2] = binary(%a, %two) op=mul
%c: f32[2] = unary(%b) act=neg
%y: f32[2] = binary(%x, %c)
output %y
ledger "b" "Mul" compiled
ledger "c" "Neg" compiled
ledger "y" "Add" compiled
)",
       R"(
input %x: f32[2]
const %c: f32[2] = {-2, -4}
%y: f32[2] = binary(%x, %c)
output %y
ledger "b" "Mul" folded
ledger "c" "Neg" folded
ledger "y" "Add" compiled
)"},
      {"an output stays a node", "fold_constants", R"(
const %a: f32[2] = {1, 2}
%y: f32[2] = unary(%a) act=neg
output %y
)",
       nullptr},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("canonicalise") {
  const Row rows[] = {
      {"subtraction of a constant", "canonicalise", R"(
input %x: f32[1, 2]
const %c: f32[2] = {1, -2}
%y: f32[1, 2] = binary(%x, %c) op=sub
output %y
)",
       R"(
input %x: f32[1, 2]
const %c.neg: f32[2] = {-1, 2}
%y: f32[1, 2] = binary(%x, %c.neg)
output %y
)"},
      {"a constant minus x stays", "canonicalise", R"(
input %x: f32[1, 2]
const %c: f32[2] = {1, -2}
%y: f32[1, 2] = binary(%c, %x) op=sub
output %y
)",
       nullptr},
      {"division by a constant", "canonicalise", R"(
input %x: f32[1, 2]
const %c: f32[2] = {4, 3}
%y: f32[1, 2] = binary(%x, %c) op=div
output %y
)",
       R"(
input %x: f32[1, 2]
const %c.inverse: f32[2] = {0.25, 0.33333334}
%y: f32[1, 2] = binary(%x, %c.inverse) op=mul
output %y
)",
       1e-6f},
      // 1/0 is no factor, and the quotient keeps its sign of zero
      {"division by zero stays", "canonicalise", R"(
input %x: f32[1, 2]
const %c: f32[2] = {4, 0}
%y: f32[1, 2] = binary(%x, %c) op=div
output %y
)",
       nullptr},
      {"constants come second", "canonicalise", R"(
input %x: f32[1, 2]
const %c: f32[2] = {4, 3}
%y: f32[1, 2] = binary(%c, %x) op=mul
output %y
)",
       R"(
input %x: f32[1, 2]
const %c: f32[2] = {4, 3}
%y: f32[1, 2] = binary(%x, %c) op=mul
output %y
)"},
      {"maximum with zero", "canonicalise", R"(
input %x: f32[1, 2]
const %z: f32[] = {0}
%y: f32[1, 2] = binary(%x, %z) op=max
output %y
)",
       R"(
input %x: f32[1, 2]
%y: f32[1, 2] = unary(%x) act=relu
output %y
)"},
      {"a clip without upper bound", "canonicalise", R"(
input %x: f32[1, 2]
%y: f32[1, 2] = unary(%x) act=clip(0, inf)
output %y
)",
       R"(
input %x: f32[1, 2]
%y: f32[1, 2] = unary(%x) act=relu
output %y
)"},
      {"relu6 stays", "canonicalise", R"(
input %x: f32[1, 2]
%y: f32[1, 2] = unary(%x) act=clip(0, 6)
output %y
)",
       nullptr},
      {"squares", "canonicalise", R"(
input %x: f32[1, 2]
const %p: f32[] = {2}
%y: f32[1, 2] = binary(%x, %p) op=pow
output %y
)",
       R"(
input %x: f32[1, 2]
%y: f32[1, 2] = unary(%x) act=square
output %y
)"},
      {"mean over the plane", "canonicalise", R"(
input %x: f32[1, 2, 3, 3]
%y: f32[1, 2] = reduce(%x) axes=[-1, 2] keep_dims=false
output %y
)",
       R"(
input %x: f32[1, 2, 3, 3]
%y.pool: f32[1, 2, 1, 1] = pool(%x) kind=average kernel=[3, 3] @"y"
%y: f32[1, 2] = reshape(%y.pool)
output %y
)"},
      {"half pixels of PyTorch", "canonicalise", R"(
input %x: f32[1, 1, 2, 2]
%a: f32[1, 1, 3, 4] = resize(%x) mode=linear coordinates=pytorch_half_pixel scale=[1.5, 2]
%y: f32[1, 1, 1, 4] = resize(%a) mode=linear coordinates=pytorch_half_pixel scale=[0.4, 1]
output %y
)",
       R"(
input %x: f32[1, 1, 2, 2]
%a: f32[1, 1, 3, 4] = resize(%x) mode=linear scale=[1.5, 2]
%y: f32[1, 1, 1, 4] = resize(%a) mode=linear coordinates=pytorch_half_pixel scale=[0.4, 1]
output %y
)"},
      {"nodes that do nothing", "canonicalise", R"(
input %x: f32[1, 2, 3, 3]
const %one: f32[] = {1}
%a: f32[1, 2, 3, 3] = transpose(%x) perm=[0, 1, 2, 3]
%b: f32[1, 2, 3, 3] = binary(%a, %one) op=mul
%c: f32[1, 2, 3, 3] = reshape(%b)
%d: f32[1, 2, 3, 3] = unary(%c) act=relu
%y: f32[1, 2, 3, 3] = resize(%d)
output %y
ledger "a" "Transpose" compiled
ledger "b" "Mul" compiled
ledger "c" "Reshape" compiled
ledger "d" "Relu" compiled
ledger "y" "Resize" compiled
)",
       R"(
input %x: f32[1, 2, 3, 3]
%y: f32[1, 2, 3, 3] = unary(%x) act=relu @"d"
output %y
ledger "a" "Transpose" folded
ledger "b" "Mul" folded
ledger "c" "Reshape" folded
ledger "d" "Relu" compiled
ledger "y" "Resize" folded
)"},
      // an output must be written by a node
      {"a copy of the input to an output stays", "canonicalise", R"(
input %x: f32[1, 2]
%y: f32[1, 2] = reshape(%x)
output %y
)",
       nullptr},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("merge_moves") {
  const Row rows[] = {
      {"reshapes", "merge_moves", R"(
input %x: f32[2, 12]
%a: f32[4, 6] = reshape(%x)
%y: f32[3, 8] = reshape(%a)
output %y
)",
       R"(
input %x: f32[2, 12]
%y: f32[3, 8] = reshape(%x)
output %y
)"},
      {"slices, the second one backwards", "merge_moves", R"(
input %x: f32[8, 6]
%a: f32[3, 4] = slice(%x) start=[1, 2] step=[2, 1]
%y: f32[2, 2] = slice(%a) start=[2, 1] step=[-1, 2]
output %y
)",
       R"(
input %x: f32[8, 6]
%y: f32[2, 2] = slice(%x) start=[5, 3] step=[-2, 2]
output %y
)"},
      {"transposes that cancel", "merge_moves", R"(
input %x: f32[2, 3, 4]
%a: f32[4, 2, 3] = transpose(%x) perm=[2, 0, 1]
%b: f32[2, 3, 4] = transpose(%a) perm=[1, 2, 0]
%y: f32[2, 3, 4] = unary(%b) act=relu
output %y
)",
       R"(
input %x: f32[2, 3, 4]
%y: f32[2, 3, 4] = unary(%x) act=relu
output %y
)"},
      {"a transpose of axes of size 1 is a reshape", "merge_moves", R"(
input %x: f32[2, 1, 3]
%y: f32[1, 2, 3] = transpose(%x) perm=[1, 0, 2]
output %y
)",
       R"(
input %x: f32[2, 1, 3]
%y: f32[1, 2, 3] = reshape(%x)
output %y
)"},
      {"a transpose into a matrix product", "merge_moves", R"(
input %x: f32[2, 3]
input %w: f32[4, 3]
%t: f32[3, 4] = transpose(%w) perm=[1, 0]
%y: f32[2, 4] = matmul(%x, %t)
output %y
)",
       R"(
input %x: f32[2, 3]
input %w: f32[4, 3]
%y: f32[2, 4] = matmul(%x, %w) transpose_b=true
output %y
)"},
      {"zero padding into a convolution", "merge_moves", R"(
input %x: f32[1, 1, 4, 4]
const %w: f32[1, 1, 3, 3] = splat(0.5)
%p: f32[1, 1, 7, 5] = pad(%x) before=[0, 0, 1, 0] after=[0, 0, 2, 1]
%y: f32[1, 1, 7, 5] = conv(%p, %w) pads=[1, 1, 1, 1]
output %y
)",
       R"(
input %x: f32[1, 1, 4, 4]
const %w: f32[1, 1, 3, 3] = splat(0.5)
%y: f32[1, 1, 7, 5] = conv(%x, %w) pads=[2, 1, 3, 2]
output %y
)"},
      {"padding with another value stays", "merge_moves", R"(
input %x: f32[1, 1, 4, 4]
const %w: f32[1, 1, 3, 3] = splat(0.5)
%p: f32[1, 1, 6, 4] = pad(%x) before=[0, 0, 1, 0] after=[0, 0, 1, 0] value=1
%y: f32[1, 1, 4, 2] = conv(%p, %w)
output %y
)",
       nullptr},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("recognise_activations") {
  const Row rows[] = {
      {"silu", "recognise_activations", R"(
input %x: f32[1, 8]
%s: f32[1, 8] = unary(%x) act=sigmoid
%y: f32[1, 8] = binary(%x, %s) op=mul
output %y
ledger "s" "Sigmoid" compiled
ledger "y" "Mul" compiled
)",
       R"(
input %x: f32[1, 8]
%y: f32[1, 8] = unary(%x) act=silu
output %y
ledger "s" "Sigmoid" fused into "y"
ledger "y" "Mul" compiled
)",
       1e-6f},
      {"a sigmoid that something else reads stays", "recognise_activations", R"(
input %x: f32[1, 8]
%s: f32[1, 8] = unary(%x) act=sigmoid
%y: f32[1, 8] = binary(%x, %s) op=mul
output %y
output %s
)",
       nullptr},
      {"hard-swish", "recognise_activations", R"(
input %x: f32[1, 8]
%s: f32[1, 8] = unary(%x) act=hard_sigmoid(0.16666667, 0.5)
%y: f32[1, 8] = binary(%s, %x) op=mul
output %y
)",
       R"(
input %x: f32[1, 8]
%y: f32[1, 8] = unary(%x) act=hard_swish
output %y
)",
       1e-6f},
      {"mish", "recognise_activations", R"(
input %x: f32[1, 8]
%p: f32[1, 8] = unary(%x) act=softplus
%s: f32[1, 8] = unary(%p) act=tanh
%y: f32[1, 8] = binary(%x, %s) op=mul
output %y
)",
       R"(
input %x: f32[1, 8]
%y: f32[1, 8] = unary(%x) act=mish
output %y
)",
       1e-6f},
      {"gelu as PyTorch writes it", "recognise_activations", R"(
input %x: f32[1, 8]
const %h: f32[] = {0.70710677}
const %one: f32[] = {1}
const %half: f32[] = {0.5}
%a: f32[1, 8] = binary(%x, %h) op=mul
%e: f32[1, 8] = unary(%a) act=erf
%g: f32[1, 8] = binary(%e, %one)
%m: f32[1, 8] = binary(%x, %g) op=mul
%y: f32[1, 8] = binary(%m, %half) op=mul
output %y
)",
       R"(
input %x: f32[1, 8]
%y: f32[1, 8] = unary(%x) act=gelu
output %y
)",
       1e-6f},
      {"gelu with the half first", "recognise_activations", R"(
input %x: f32[1, 8]
const %h: f32[] = {0.70710677}
const %one: f32[] = {1}
const %half: f32[] = {0.5}
%a: f32[1, 8] = binary(%x, %h) op=mul
%e: f32[1, 8] = unary(%a) act=erf
%g: f32[1, 8] = binary(%e, %one)
%m: f32[1, 8] = binary(%x, %half) op=mul
%y: f32[1, 8] = binary(%m, %g) op=mul
output %y
)",
       R"(
input %x: f32[1, 8]
%y: f32[1, 8] = unary(%x) act=gelu
output %y
)",
       1e-6f},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("fold_batch_norm") {
  // scale / sqrt(variance) = 2 and 3; epsilon 0 keeps the numbers round
  const std::string norm =
      "const %s: f32[2] = {4, 3}\nconst %t: f32[2] = {1, 2}\nconst %m: f32[2] = {1, 0}\nconst %v: f32[2] = {4, 1}\n";
  const std::string conv_before = "input %x: f32[1, 1, 2, 2]\nconst %w: f32[2, 1, 1, 1] = {1, 2}\n" + norm + R"(
%c: f32[1, 2, 2, 2] = conv(%x, %w)
%y: f32[1, 2, 2, 2] = batch_norm(%c, %s, %t, %m, %v) epsilon=0
output %y
ledger "c" "Conv" compiled
ledger "y" "BatchNormalization" compiled
)";
  const std::string transposed_before =
      "input %x: f32[1, 2, 2, 2]\nconst %w: f32[2, 1, 1, 1] = {1, 2}\nconst %b: f32[2] = {1, 1}\n" + norm + R"(
%c: f32[1, 2, 2, 2] = conv(%x, %w, %b) groups=2 transposed=true has_bias=true
%y: f32[1, 2, 2, 2] = batch_norm(%c, %s, %t, %m, %v) epsilon=0
output %y
)";
  const std::string matmul_before =
      "input %x: f32[3, 1]\nconst %w: f32[2, 1] = {1, 2}\nconst %b: f32[2] = {1, 1}\n" + norm + R"(
%c: f32[3, 2] = matmul(%x, %w, %b) transpose_b=true has_bias=true beta=2
%y: f32[3, 2] = batch_norm(%c, %s, %t, %m, %v) epsilon=0
output %y
)";
  const std::string alone_before = "input %x: f32[1, 2, 2, 2]\n" + norm +
                                   "%y: f32[1, 2, 2, 2] = batch_norm(%x, %s, %t, %m, %v) epsilon=0\noutput %y\n";
  const std::string shared_before = "input %x: f32[1, 1, 2, 2]\nconst %w: f32[2, 1, 1, 1] = {1, 2}\n" + norm + R"(
%c: f32[1, 2, 2, 2] = conv(%x, %w)
%y: f32[1, 2, 2, 2] = batch_norm(%c, %s, %t, %m, %v) epsilon=0
output %y
output %c
)";
  const Row rows[] = {
      {"into a convolution", "fold_batch_norm", conv_before.c_str(), R"(
input %x: f32[1, 1, 2, 2]
const %w.folded: f32[2, 1, 1, 1] = {2, 6}
const %w.bias.folded: f32[2] = {-1, 2}
%y: f32[1, 2, 2, 2] = conv(%x, %w.folded, %w.bias.folded) has_bias=true @"c"
output %y
ledger "c" "Conv" compiled
ledger "y" "BatchNormalization" fused into "c"
)",
       1e-6f},
      {"into a grouped transposed convolution", "fold_batch_norm", transposed_before.c_str(), R"(
input %x: f32[1, 2, 2, 2]
const %w.folded: f32[2, 1, 1, 1] = {2, 6}
const %b.folded: f32[2] = {1, 5}
%y: f32[1, 2, 2, 2] = conv(%x, %w.folded, %b.folded) groups=2 transposed=true has_bias=true @"c"
output %y
)",
       1e-6f},
      {"into a matrix product", "fold_batch_norm", matmul_before.c_str(), R"(
input %x: f32[3, 1]
const %w.folded: f32[2, 1] = {2, 6}
const %b.folded: f32[2] = {3, 8}
%y: f32[3, 2] = matmul(%x, %w.folded, %b.folded) transpose_b=true has_bias=true @"c"
output %y
)",
       1e-6f},
      {"alone: scale and shift", "fold_batch_norm", alone_before.c_str(), R"(
input %x: f32[1, 2, 2, 2]
const %y.scale: f32[2] = {2, 3}
const %y.shift: f32[2] = {-1, 2}
const %y.mean: f32[2] = splat(0)
const %y.variance: f32[2] = splat(1)
%y: f32[1, 2, 2, 2] = batch_norm(%x, %y.scale, %y.shift, %y.mean, %y.variance) epsilon=0
output %y
)",
       1e-6f},
      {"the convolution has another reader", "fold_batch_norm", shared_before.c_str(), R"(
input %x: f32[1, 1, 2, 2]
const %w: f32[2, 1, 1, 1] = {1, 2}
const %y.scale: f32[2] = {2, 3}
const %y.shift: f32[2] = {-1, 2}
const %y.mean: f32[2] = splat(0)
const %y.variance: f32[2] = splat(1)
%c: f32[1, 2, 2, 2] = conv(%x, %w)
%y: f32[1, 2, 2, 2] = batch_norm(%c, %y.scale, %y.shift, %y.mean, %y.variance) epsilon=0
output %y
output %c
)",
       1e-6f},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("fold_affine and fuse_bias") {
  const Row rows[] = {
      {"factor and summand of a convolution", "fold_affine", R"(
input %x: f32[1, 1, 2, 2]
const %w: f32[2, 1, 1, 1] = {1, 2}
const %s: f32[1, 2, 1, 1] = {2, 4}
const %t: f32[2, 1, 1] = {1, -1}
%c: f32[1, 2, 2, 2] = conv(%x, %w)
%m: f32[1, 2, 2, 2] = binary(%c, %s) op=mul
%y: f32[1, 2, 2, 2] = binary(%m, %t)
output %y
)",
       R"(
input %x: f32[1, 1, 2, 2]
const %w.folded.folded: f32[2, 1, 1, 1] = {2, 8}
const %w.bias.folded.folded: f32[2] = {1, -1}
%y: f32[1, 2, 2, 2] = conv(%x, %w.folded.folded, %w.bias.folded.folded) has_bias=true @"c"
output %y
)",
       1e-6f},
      // along the width, not along the channels
      {"a vector on the last axis of an image stays", "fold_affine", R"(
input %x: f32[1, 1, 2, 2]
const %w: f32[2, 1, 1, 1] = {1, 2}
const %s: f32[2] = {2, 4}
%c: f32[1, 2, 2, 2] = conv(%x, %w)
%y: f32[1, 2, 2, 2] = binary(%c, %s) op=mul
output %y
)",
       nullptr},
      {"the bias of a batched matrix product", "fuse_bias", R"(
input %x: f32[2, 3, 4]
const %w: f32[4, 2] = {1, 2, 3, 4, 5, 6, 7, 8}
const %b: f32[2] = {1, 2}
%m: f32[2, 3, 2] = matmul(%x, %w)
%y: f32[2, 3, 2] = binary(%m, %b)
output %y
ledger "m" "MatMul" compiled
ledger "y" "Add" compiled
)",
       R"(
input %x: f32[2, 3, 4]
const %w: f32[4, 2] = {1, 2, 3, 4, 5, 6, 7, 8}
const %b: f32[2] = {1, 2}
%y: f32[2, 3, 2] = matmul(%x, %w, %b) has_bias=true @"m"
output %y
ledger "m" "MatMul" compiled
ledger "y" "Add" fused into "m"
)"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("fuse_residual and fuse_activation") {
  const Row rows[] = {
      {"an identity shortcut", "fuse_residual", R"(
input %x: f32[1, 2, 3, 3]
const %w: f32[2, 2, 1, 1] = {1, 2, 3, 4}
%r: f32[1, 2, 3, 3] = unary(%x) act=relu
%c: f32[1, 2, 3, 3] = conv(%r, %w)
%y: f32[1, 2, 3, 3] = binary(%c, %r)
output %y
ledger "r" "Relu" compiled
ledger "c" "Conv" compiled
ledger "y" "Add" compiled
)",
       R"(
input %x: f32[1, 2, 3, 3]
const %w: f32[2, 2, 1, 1] = {1, 2, 3, 4}
%r: f32[1, 2, 3, 3] = unary(%x) act=relu
%y: f32[1, 2, 3, 3] = conv(%r, %w, _, %r) has_residual=true @"c"
output %y
ledger "r" "Relu" compiled
ledger "c" "Conv" compiled
ledger "y" "Add" fused into "c"
)"},
      {"a projected shortcut: the later convolution takes the earlier one", "fuse_residual", R"(
input %x: f32[1, 2, 3, 3]
const %w: f32[2, 2, 1, 1] = {1, 2, 3, 4}
%a: f32[1, 2, 3, 3] = conv(%x, %w)
%b: f32[1, 2, 3, 3] = conv(%x, %w)
%y: f32[1, 2, 3, 3] = binary(%a, %b)
output %y
)",
       R"(
input %x: f32[1, 2, 3, 3]
const %w: f32[2, 2, 1, 1] = {1, 2, 3, 4}
%a: f32[1, 2, 3, 3] = conv(%x, %w)
%y: f32[1, 2, 3, 3] = conv(%x, %w, _, %a) has_residual=true @"b"
output %y
)"},
      {"a broadcast operand is no residual", "fuse_residual", R"(
input %x: f32[1, 2, 3, 3]
input %z: f32[1, 2, 1, 1]
const %w: f32[2, 2, 1, 1] = {1, 2, 3, 4}
%c: f32[1, 2, 3, 3] = conv(%x, %w)
%y: f32[1, 2, 3, 3] = binary(%c, %z)
output %y
)",
       nullptr},
      {"a convolution added to itself", "fuse_residual", R"(
input %x: f32[1, 2, 3, 3]
const %w: f32[2, 2, 1, 1] = {1, 2, 3, 4}
%c: f32[1, 2, 3, 3] = conv(%x, %w)
%y: f32[1, 2, 3, 3] = binary(%c, %c)
output %y
)",
       nullptr},
      {"activations into convolution, product and sum", "fuse_activation", R"(
input %x: f32[1, 2, 3, 3]
const %w: f32[2, 2, 1, 1] = {1, 2, 3, 4}
%c: f32[1, 2, 3, 3] = conv(%x, %w)
%r: f32[1, 2, 3, 3] = unary(%c) act=leaky_relu(0.1, 0)
%m: f32[1, 2, 3, 3] = matmul(%r, %r)
%n: f32[1, 2, 3, 3] = unary(%m) act=tanh
%s: f32[1, 2, 3, 3] = binary(%n, %r)
%y: f32[1, 2, 3, 3] = unary(%s) act=relu
output %y
ledger "c" "Conv" compiled
ledger "r" "LeakyRelu" compiled
ledger "m" "MatMul" compiled
ledger "n" "Tanh" compiled
ledger "s" "Add" compiled
ledger "y" "Relu" compiled
)",
       R"(
input %x: f32[1, 2, 3, 3]
const %w: f32[2, 2, 1, 1] = {1, 2, 3, 4}
%r: f32[1, 2, 3, 3] = conv(%x, %w) act=leaky_relu(0.1, 0) @"c"
%n: f32[1, 2, 3, 3] = matmul(%r, %r) act=tanh @"m"
%y: f32[1, 2, 3, 3] = binary(%n, %r) act=relu @"s"
output %y
ledger "c" "Conv" compiled
ledger "r" "LeakyRelu" fused into "c"
ledger "m" "MatMul" compiled
ledger "n" "Tanh" fused into "m"
ledger "s" "Add" compiled
ledger "y" "Relu" fused into "s"
)"},
      {"two readers: the convolution is needed as it is", "fuse_activation", R"(
input %x: f32[1, 2, 3, 3]
const %w: f32[2, 2, 1, 1] = {1, 2, 3, 4}
%c: f32[1, 2, 3, 3] = conv(%x, %w)
%r: f32[1, 2, 3, 3] = unary(%c) act=relu
%y: f32[1, 2, 3, 3] = binary(%c, %r)
output %y
)",
       nullptr},
      {"an output is read by the user", "fuse_activation", R"(
input %x: f32[1, 2, 3, 3]
const %w: f32[2, 2, 1, 1] = {1, 2, 3, 4}
%c: f32[1, 2, 3, 3] = conv(%x, %w)
%r: f32[1, 2, 3, 3] = unary(%c) act=relu
output %c
output %r
)",
       nullptr},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("eliminate_dead") {
  const Row rows[] = {
      {"a branch that nobody reads", "eliminate_dead", R"(
input %x: f32[1, 8]
const %old: f32[8] = splat(1)
%a: f32[1, 8] = unary(%x) act=relu
%b: f32[1, 8] = binary(%x, %old)
%c: f32[1, 8] = unary(%b) act=exp
output %a
ledger "a" "Relu" compiled
ledger "b" "Add" compiled
ledger "c" "Exp" compiled
)",
       R"(
input %x: f32[1, 8]
%a: f32[1, 8] = unary(%x) act=relu
output %a
ledger "a" "Relu" compiled
ledger "b" "Add" folded
ledger "c" "Exp" folded
)"},
      {"nothing is dead", "eliminate_dead", R"(
input %x: f32[1, 8]
input %unread: f32[1]
%a: f32[1, 8] = unary(%x) act=relu
output %a
)",
       nullptr},
  };
  for (const Row& row : rows) check(row);
}
