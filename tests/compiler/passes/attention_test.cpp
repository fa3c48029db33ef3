// Attention in the forms that exporters write, each of which must become one node, and the ones that must stay apart.
#include <doctest/doctest.h>

#include <map>

#include "compiler/analysis/interpret.h"
#include "compiler/ir/access.h"
#include "compiler/ir/names.h"
#include "compiler/passes/fuse_attention.h"
#include "tests/compiler/passes/pass_check.h"

using namespace inf;
using namespace inf::compiler;
using namespace inf::tests;

namespace {

struct Row {
  const char* name;
  const char* text;
  const char* attention;  ///< the fused node without its name and shape; nullptr: nothing is fused
  std::map<std::string, int> others = {};
};

/// The text of the one attention node after its " = ".
std::string attention_text(const Graph& g) {
  const std::string text = print(g);
  const auto at = text.find(" = attention(");
  if (at == std::string::npos) return "";
  const std::string line = text.substr(at + 3, text.find('\n', at) - at - 3);
  return line.substr(0, line.find(" @"));
}

void check(const Row& row) {
  CAPTURE(row.name);
  Graph g = parse_graph(row.text);
  verify(g, "test");
  const std::string before = print(g, true);
  const std::size_t values = g.values.size();
  const auto inputs = sample_inputs(g);
  const auto want = interpret(g, inputs);
  const bool changed = FuseAttention::run(g);
  verify(g, "fuse_attention");
  CHECK(changed == (row.attention != nullptr));
  if (!changed) {
    CHECK(print(g, true) == before);
    CHECK(g.values.size() == values);
    return;
  }
  CHECK(attention_text(g) == row.attention);
  auto others = count_ops(g);
  others.erase("attention");
  CHECK(others == row.others);
  CHECK(largest_difference(interpret(g, inputs), want) < 1e-5);
  CHECK_FALSE(FuseAttention::run(g));
}

}  // namespace

TEST_CASE("heads from a packed projection, from [T, N, E], and from axes of their own") {
  const Row rows[] = {
      {"timm: [N, T, 3, h, d] permuted and picked", R"(
input %x: f32[2, 5, 24]
%r: f32[2, 5, 3, 2, 4] = reshape(%x)
%t: f32[3, 2, 2, 5, 4] = transpose(%r) perm=[2, 0, 3, 1, 4]
%qs: f32[1, 2, 2, 5, 4] = slice(%t) start=[0, 0, 0, 0, 0] step=[1, 1, 1, 1, 1]
%q: f32[2, 2, 5, 4] = reshape(%qs)
%ks: f32[1, 2, 2, 5, 4] = slice(%t) start=[1, 0, 0, 0, 0] step=[1, 1, 1, 1, 1]
%k: f32[2, 2, 5, 4] = reshape(%ks)
%vs: f32[1, 2, 2, 5, 4] = slice(%t) start=[2, 0, 0, 0, 0] step=[1, 1, 1, 1, 1]
%v: f32[2, 2, 5, 4] = reshape(%vs)
const %half: f32[] = {0.5}
%q2: f32[2, 2, 5, 4] = binary(%q, %half) op=mul
%s: f32[2, 2, 5, 5] = matmul(%q2, %k) transpose_b=true
%p: f32[2, 2, 5, 5] = softmax(%s) axis=3
%o: f32[2, 2, 5, 4] = matmul(%p, %v)
%ot: f32[2, 5, 2, 4] = transpose(%o) perm=[0, 2, 1, 3]
%y: f32[2, 5, 8] = reshape(%ot)
output %y
)",
       "attention(%x, %x, %x) batch=2 heads=2 rows=5 keys=5 width=4 value_width=4 scale=0.5 q=[0, 120, 4, 24] "
       "k=[8, 120, 4, 24] v=[16, 120, 4, 24] y=[0, 40, 4, 8]"},
      // the q, k, v axis lies between rows and batch: only the split of N * h keeps batch and head apart
      {"torch: one projection of [T, N, 3 E], batch and heads on one axis", R"(
input %x: f32[5, 2, 24]
%r: f32[1, 5, 2, 3, 8] = reshape(%x)
%t: f32[3, 5, 2, 1, 8] = transpose(%r) perm=[3, 1, 2, 0, 4]
%u: f32[3, 5, 2, 8] = reshape(%t)
%qs: f32[1, 5, 2, 8] = slice(%u) start=[0, 0, 0, 0] step=[1, 1, 1, 1]
%ks: f32[1, 5, 2, 8] = slice(%u) start=[1, 0, 0, 0] step=[1, 1, 1, 1]
%vs: f32[1, 5, 2, 8] = slice(%u) start=[2, 0, 0, 0] step=[1, 1, 1, 1]
%qr: f32[5, 4, 4] = reshape(%qs)
%kr: f32[5, 4, 4] = reshape(%ks)
%vr: f32[5, 4, 4] = reshape(%vs)
%q: f32[4, 5, 4] = transpose(%qr) perm=[1, 0, 2]
%k: f32[4, 4, 5] = transpose(%kr) perm=[1, 2, 0]
%v: f32[4, 5, 4] = transpose(%vr) perm=[1, 0, 2]
%s: f32[4, 5, 5] = matmul(%q, %k) alpha=0.5
%p: f32[4, 5, 5] = softmax(%s)
%o: f32[4, 5, 4] = matmul(%p, %v)
%ot: f32[5, 4, 4] = transpose(%o) perm=[1, 0, 2]
%y: f32[10, 8] = reshape(%ot)
output %y
)",
       "attention(%x, %x, %x) batch=2 heads=2 rows=5 keys=5 width=4 value_width=4 scale=0.5 q=[0, 24, 4, 48] "
       "k=[8, 24, 4, 48] v=[16, 24, 4, 48] y=[0, 8, 4, 16]"},
      {"separate projections, other length and width of keys and values", R"(
input %x: f32[1, 3, 8]
input %z: f32[1, 5, 8]
input %w: f32[1, 5, 12]
%qr: f32[1, 3, 2, 4] = reshape(%x)
%q: f32[1, 2, 3, 4] = transpose(%qr) perm=[0, 2, 1, 3]
%kr: f32[1, 5, 2, 4] = reshape(%z)
%k: f32[1, 2, 4, 5] = transpose(%kr) perm=[0, 2, 3, 1]
%vr: f32[1, 5, 2, 6] = reshape(%w)
%v: f32[1, 2, 5, 6] = transpose(%vr) perm=[0, 2, 1, 3]
%s: f32[1, 2, 3, 5] = matmul(%q, %k)
%p: f32[1, 2, 3, 5] = softmax(%s)
%o: f32[1, 2, 3, 6] = matmul(%p, %v)
%ot: f32[1, 3, 2, 6] = transpose(%o) perm=[0, 2, 1, 3]
%y: f32[1, 3, 12] = reshape(%ot)
output %y
)",
       "attention(%x, %z, %w) heads=2 rows=3 keys=5 width=4 value_width=6 q=[0, 0, 4, 8] k=[0, 0, 4, 8] "
       "v=[0, 0, 6, 12] y=[0, 0, 6, 12]"},
      {"plain matrices", R"(
input %q: f32[3, 4]
input %k: f32[5, 4]
input %v: f32[5, 2]
%s: f32[3, 5] = matmul(%q, %k) transpose_b=true
%p: f32[3, 5] = softmax(%s)
%y: f32[3, 2] = matmul(%p, %v)
output %y
)",
       "attention(%q, %k, %v) rows=3 keys=5 width=4 value_width=2 q=[0, 0, 0, 4] k=[0, 0, 0, 4] v=[0, 0, 0, 2] "
       "y=[0, 0, 0, 2]"},
      // keys and values of one head serve four: their head step is 0
      {"one key head expanded to all", R"(
input %x: f32[1, 3, 16]
input %k1: f32[1, 3, 4]
input %v1: f32[1, 3, 4]
%qr: f32[1, 3, 4, 4] = reshape(%x)
%q: f32[1, 4, 3, 4] = transpose(%qr) perm=[0, 2, 1, 3]
%kr: f32[1, 1, 3, 4] = reshape(%k1)
%k: f32[1, 4, 3, 4] = expand(%kr)
%v: f32[1, 1, 3, 4] = reshape(%v1)
%s: f32[1, 4, 3, 3] = matmul(%q, %k) transpose_b=true
%p: f32[1, 4, 3, 3] = softmax(%s)
%o: f32[1, 4, 3, 4] = matmul(%p, %v)
%ot: f32[1, 3, 4, 4] = transpose(%o) perm=[0, 2, 1, 3]
%y: f32[1, 3, 16] = reshape(%ot)
output %y
)",
       "attention(%x, %k1, %v1) heads=4 rows=3 keys=3 width=4 value_width=4 q=[0, 0, 4, 16] k=[0, 0, 0, 4] "
       "v=[0, 0, 0, 4] y=[0, 0, 4, 16]"},
      // two key heads for four query heads and two batch entries are three steps: entries and key heads take one axis
      // together, where queries are read after the split of their heads
      {"key heads in groups",
       R"(
input %x: f32[2, 3, 16]
input %z: f32[2, 3, 8]
%qr: f32[2, 3, 4, 4] = reshape(%x)
%q: f32[2, 4, 3, 4] = transpose(%qr) perm=[0, 2, 1, 3]
%kr: f32[2, 3, 2, 1, 4] = reshape(%z)
%kt: f32[2, 2, 1, 3, 4] = transpose(%kr) perm=[0, 2, 3, 1, 4]
%ke: f32[2, 2, 2, 3, 4] = expand(%kt)
%k: f32[2, 4, 3, 4] = reshape(%ke)
%s: f32[2, 4, 3, 3] = matmul(%q, %k) transpose_b=true
%p: f32[2, 4, 3, 3] = softmax(%s)
%o: f32[2, 4, 3, 4] = matmul(%p, %k)
%ot: f32[2, 3, 4, 4] = transpose(%o) perm=[0, 2, 1, 3]
%y: f32[2, 3, 16] = reshape(%ot)
output %y
)",
       "attention(%q, %kt, %kt) batch=4 heads=2 rows=3 keys=3 width=4 value_width=4 q=[0, 24, 12, 4] "
       "k=[0, 12, 0, 4] v=[0, 12, 0, 4] y=[0, 24, 4, 8]",
       {{"reshape", 5}, {"transpose", 4}}},
      // features are rows of the value that everything comes from
      {"features that are no neighbours are transposed",
       R"(
input %x: f32[1, 8, 5]
%h: f32[1, 2, 4, 5] = reshape(%x)
%q: f32[1, 2, 5, 4] = transpose(%h) perm=[0, 1, 3, 2]
%s: f32[1, 2, 5, 5] = matmul(%q, %h)
%p: f32[1, 2, 5, 5] = softmax(%s)
%y: f32[1, 2, 5, 4] = matmul(%p, %h) transpose_b=true
output %y
)",
       "attention(%q, %y.rows, %y.rows.1) batch=2 rows=5 keys=5 width=4 value_width=4 q=[0, 20, 0, 4] "
       "k=[0, 20, 0, 4] v=[0, 20, 0, 4] y=[0, 20, 0, 4]",
       {{"reshape", 1}, {"transpose", 3}}},
      {"one query row", R"(
input %x: f32[2, 1, 8]
input %z: f32[2, 4, 16]
%ks: f32[2, 4, 8] = slice(%z) start=[0, 0, 0] step=[1, 1, 1]
%vs: f32[2, 4, 8] = slice(%z) start=[0, 0, 8] step=[1, 1, 1]
%q: f32[2, 2, 1, 4] = reshape(%x)
%kr: f32[2, 4, 2, 4] = reshape(%ks)
%k: f32[2, 2, 4, 4] = transpose(%kr) perm=[0, 2, 3, 1]
%vr: f32[2, 4, 2, 4] = reshape(%vs)
%v: f32[2, 2, 4, 4] = transpose(%vr) perm=[0, 2, 1, 3]
%s: f32[2, 2, 1, 4] = matmul(%q, %k)
%p: f32[2, 2, 1, 4] = softmax(%s)
%o: f32[2, 2, 1, 4] = matmul(%p, %v)
%y: f32[2, 8] = reshape(%o)
output %y
)",
       "attention(%x, %z, %z) batch=2 heads=2 rows=1 keys=4 width=4 value_width=4 q=[0, 8, 4, 0] k=[0, 64, 4, 16] "
       "v=[8, 64, 4, 16] y=[0, 8, 4, 0]"},
      {"heads outside batch entries, on one axis", R"(
input %x: f32[2, 3, 8]
%r: f32[2, 3, 2, 4] = reshape(%x)
%t: f32[2, 2, 3, 4] = transpose(%r) perm=[2, 0, 1, 3]
%f: f32[4, 3, 4] = reshape(%t)
%s: f32[4, 3, 3] = matmul(%f, %f) transpose_b=true
%p: f32[4, 3, 3] = softmax(%s)
%o: f32[4, 3, 4] = matmul(%p, %f)
%or: f32[2, 2, 3, 4] = reshape(%o)
%ot: f32[2, 3, 2, 4] = transpose(%or) perm=[1, 2, 0, 3]
%y: f32[2, 3, 8] = reshape(%ot)
output %y
)",
       "attention(%x, %x, %x) batch=2 heads=2 rows=3 keys=3 width=4 value_width=4 q=[0, 24, 4, 8] k=[0, 24, 4, 8] "
       "v=[0, 24, 4, 8] y=[0, 24, 4, 8]"},
      // the result has an axis of heads: they are written side by side and taken apart behind the attention
      {"heads that are never joined",
       R"(
input %x: f32[2, 3, 8]
%r: f32[2, 3, 2, 4] = reshape(%x)
%t: f32[2, 2, 3, 4] = transpose(%r) perm=[2, 0, 1, 3]
%s: f32[2, 2, 3, 3] = matmul(%t, %t) transpose_b=true
%p: f32[2, 2, 3, 3] = softmax(%s)
%o: f32[2, 2, 3, 4] = matmul(%p, %t)
%y: f32[2, 3, 2, 4] = transpose(%o) perm=[1, 2, 0, 3]
output %y
)",
       "attention(%x, %x, %x) batch=2 heads=2 rows=3 keys=3 width=4 value_width=4 q=[0, 24, 4, 8] k=[0, 24, 4, 8] "
       "v=[0, 24, 4, 8] y=[0, 24, 4, 8]",
       {{"reshape", 2}, {"transpose", 2}}},
      {"batch entries of one head", R"(
input %q: f32[2, 3, 4]
input %k: f32[2, 5, 4]
%s: f32[2, 3, 5] = matmul(%q, %k) transpose_b=true
%p: f32[2, 3, 5] = softmax(%s)
%y: f32[2, 3, 4] = matmul(%p, %k)
output %y
)",
       "attention(%q, %k, %k) batch=2 rows=3 keys=5 width=4 value_width=4 q=[0, 12, 0, 4] k=[0, 20, 0, 4] "
       "v=[0, 20, 0, 4] y=[0, 12, 0, 4]"},
      {"a reader of the split heads keeps them",
       R"(
input %x: f32[1, 3, 8]
%r: f32[1, 3, 2, 4] = reshape(%x)
%t: f32[1, 2, 3, 4] = transpose(%r) perm=[0, 2, 1, 3]
%s: f32[1, 2, 3, 3] = matmul(%t, %t) transpose_b=true
%p: f32[1, 2, 3, 3] = softmax(%s)
%y: f32[1, 2, 3, 4] = matmul(%p, %t)
output %t
output %y
)",
       "attention(%x, %x, %x) batch=2 rows=3 keys=3 width=4 value_width=4 q=[0, 4, 0, 8] k=[0, 4, 0, 8] v=[0, 4, 0, 8] "
       "y=[0, 12, 0, 4]",
       {{"reshape", 1}, {"transpose", 1}}},
  };
  for (const Row& row : rows) check(row);
}

namespace {

// Two heads of four features, three rows; %s are the scores and %m what the softmax takes.
std::string with_scores(const std::string& middle, const std::string& declarations = "") {
  return "input %x: f32[2, 3, 8]\n" + declarations + R"(
%r: f32[2, 3, 2, 4] = reshape(%x)
%t: f32[2, 2, 3, 4] = transpose(%r) perm=[0, 2, 1, 3]
%s: f32[2, 2, 3, 3] = matmul(%t, %t) transpose_b=true
)" + middle +
         R"(
%p: f32[2, 2, 3, 3] = softmax(%m)
%o: f32[2, 2, 3, 4] = matmul(%p, %t)
%ot: f32[2, 3, 2, 4] = transpose(%o) perm=[0, 2, 1, 3]
%y: f32[2, 3, 8] = reshape(%ot)
output %y
)";
}

struct MaskRow {
  const char* name;
  const char* declarations;
  const char* middle;
  const char* mask;  ///< operand and fields that the mask leaves in the text; nullptr: nothing is fused
  std::map<std::string, int> others = {};
};

std::string fused_text(const std::string& mask) {
  const auto colon = mask.find('|');
  const std::string operand = mask.substr(0, colon), fields = mask.substr(colon + 1);
  const std::string scale = fields.starts_with(" scale") ? fields.substr(0, fields.find(' ', 1)) : "";
  return "attention(%x, %x, %x" + operand + ") batch=2 heads=2 rows=3 keys=3 width=4 value_width=4" + scale +
         " q=[0, 24, 4, 8] k=[0, 24, 4, 8] v=[0, 24, 4, 8] y=[0, 24, 4, 8]" + fields.substr(scale.size());
}

}  // namespace

TEST_CASE("masks and scales around the scores") {
  const MaskRow rows[] = {
      {"per key at run time", "input %k: f32[2, 1, 1, 3]", "%m: f32[2, 2, 3, 3] = binary(%s, %k)",
       ", %k| has_mask=true mask_step=[3, 0, 0, 1]"},
      {"mask first, every head its own", "input %k: f32[2, 3, 3]", "%m: f32[2, 2, 3, 3] = binary(%k, %s)",
       ", %k| has_mask=true mask_step=[0, 9, 3, 1]"},
      {"expanded from one per key", "input %k: f32[2, 3]", R"(%k4: f32[2, 1, 1, 3] = reshape(%k)
%ke: f32[2, 1, 3, 3] = expand(%k4)
%m: f32[2, 2, 3, 3] = binary(%s, %ke))",
       ", %k| has_mask=true mask_step=[3, 0, 0, 1]"},
      {"scaled after the mask: the mask is scaled too",
       "const %k: f32[3, 3] = {0, -2, -4, 0, 0, -2, 0, 0, 0}\nconst %f: f32[] = {0.5}",
       "%a: f32[2, 2, 3, 3] = binary(%s, %k)\n%m: f32[2, 2, 3, 3] = binary(%a, %f) op=mul",
       ", %o.mask| scale=0.5 has_mask=true mask_step=[0, 0, 3, 1]"},
      {"the same at run time",
       "input %k: f32[3, 3]\nconst %f: f32[] = {0.5}",
       "%a: f32[2, 2, 3, 3] = binary(%s, %k)\n%m: f32[2, 2, 3, 3] = binary(%a, %f) op=mul",
       ", %o.mask| scale=0.5 has_mask=true mask_step=[0, 0, 3, 1]",
       {{"binary", 1}}},
      {"divided before the mask", "const %k: f32[1, 3] = {0, -1, 2}\nconst %f: f32[1] = {4}",
       "%a: f32[2, 2, 3, 3] = binary(%s, %f) op=div\n%m: f32[2, 2, 3, 3] = binary(%a, %k)",
       ", %k| scale=0.25 has_mask=true mask_step=[0, 0, 0, 1]"},
      {"subtracted",
       "input %k: f32[1, 3]",
       "%m: f32[2, 2, 3, 3] = binary(%s, %k) op=sub",
       ", %o.mask| has_mask=true mask_step=[0, 0, 0, 1]",
       {{"binary", 1}}},
      {"a mask of zeros is none", "const %k: f32[1, 3] = splat(0)", "%m: f32[2, 2, 3, 3] = binary(%s, %k)", "|"},
      {"causal, minus infinity", "const %k: f32[3, 3] = {0, -inf, -inf, 0, 0, -inf, 0, 0, 0}",
       "%m: f32[2, 2, 3, 3] = binary(%s, %k)", ", %k| has_mask=true mask_step=[0, 0, 3, 1]"},
      {"a row of nothing but minus infinity stays", "const %k: f32[3, 3] = {-inf, -inf, -inf, 0, 0, -inf, 0, 0, 0}",
       "%m: f32[2, 2, 3, 3] = binary(%s, %k)", nullptr},
      {"filled where a constant says so",
       "const %c: bool[3, 3] = {0, 1, 1, 0, 0, 1, 0, 0, 0}\nconst %f: f32[] = {-inf}",
       "%m: f32[2, 2, 3, 3] = where(%c, %f, %s)", ", %o.mask| has_mask=true mask_step=[0, 0, 3, 1]"},
      {"kept where the input says so",
       "input %k: f32[2, 1, 1, 3]\nconst %f: f32[] = {-1e9}\nconst %z: f32[] = {0}",
       "%c: bool[2, 1, 1, 3] = binary(%k, %z) op=greater\n%m: f32[2, 2, 3, 3] = where(%c, %s, %f)",
       ", %o.mask| has_mask=true mask_step=[3, 0, 0, 1]",
       {{"binary", 1}, {"where", 1}}},
      // all keys of a row filled: equal weights, as in the graph
      {"a row with nothing but fills", "const %c: bool[3, 3] = {1, 1, 1, 0, 0, 1, 0, 0, 0}\nconst %f: f32[] = {-1e9}",
       "%m: f32[2, 2, 3, 3] = where(%c, %f, %s)", ", %o.mask| has_mask=true mask_step=[0, 0, 3, 1]"},
      {"a fill within reach of the scores stays",
       "const %c: bool[3, 3] = {0, 1, 1, 0, 0, 1, 0, 0, 0}\nconst %f: f32[] = {-100}",
       "%m: f32[2, 2, 3, 3] = where(%c, %f, %s)", nullptr},
      {"causal fill and padding",
       "input %k: f32[2, 1, 1, 3]\nconst %c: bool[3, 3] = {0, 1, 1, 0, 0, 1, 0, 0, 0}\nconst %f: f32[] = "
       "{-3.4028235e38}",
       "%a: f32[2, 2, 3, 3] = where(%c, %f, %s)\n%m: f32[2, 2, 3, 3] = binary(%a, %k)",
       ", %o.mask.2| has_mask=true mask_step=[9, 0, 3, 1]",
       {{"binary", 1}}},
      {"a fill next to another mask stays",
       "input %k: f32[2, 1, 1, 3]\nconst %c: bool[3, 3] = {0, 1, 1, 0, 0, 1, 0, 0, 0}\nconst %f: f32[] = {-1e9}",
       "%a: f32[2, 2, 3, 3] = where(%c, %f, %s)\n%m: f32[2, 2, 3, 3] = binary(%a, %k)", nullptr},
      {"masks on heads apart and on heads with batch entries",
       "input %k: f32[2, 1, 3, 3]\nconst %b: f32[4, 1, 3] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1}",
       R"(%a: f32[2, 2, 3, 3] = binary(%s, %k)
%ar: f32[4, 3, 3] = reshape(%a)
%ab: f32[4, 3, 3] = binary(%ar, %b)
%m: f32[2, 2, 3, 3] = reshape(%ab))",
       ", %o.mask.1| has_mask=true mask_step=[18, 9, 3, 1]",
       {{"binary", 1}}},
      // added per batch entry, before it is repeated over the heads
      {"padding repeated over heads and added to a constant",
       "input %k: f32[2, 3]\nconst %c: f32[1, 3, 3] = {0, -1, -2, 0, 0, -1, 0, 0, 0}",
       R"(%k4: f32[2, 1, 1, 3] = reshape(%k)
%ke: f32[2, 2, 1, 3] = expand(%k4)
%kr: f32[4, 1, 3] = reshape(%ke)
%km: f32[4, 3, 3] = binary(%kr, %c)
%sr: f32[4, 3, 3] = reshape(%s)
%sm: f32[4, 3, 3] = binary(%sr, %km)
%m: f32[2, 2, 3, 3] = reshape(%sm))",
       ", %o.mask.2| has_mask=true mask_step=[9, 0, 3, 1]",
       {{"binary", 1}, {"reshape", 1}}},
      {"an activation in between stays", "", "%m: f32[2, 2, 3, 3] = unary(%s) act=tanh", nullptr},
      {"a negative factor stays", "const %f: f32[] = {-0.5}", "%m: f32[2, 2, 3, 3] = binary(%s, %f) op=mul", nullptr},
      {"scores that are an output stay", "", "%m: f32[2, 2, 3, 3] = reshape(%s)\noutput %s", nullptr},
  };
  for (const MaskRow& row : rows) {
    const std::string text = with_scores(row.middle, row.declarations);
    const std::string want = row.mask == nullptr ? "" : fused_text(row.mask);
    check({row.name, text.c_str(), row.mask == nullptr ? nullptr : want.c_str(), row.others});
  }
}

TEST_CASE("windows: relative positions on heads, a mask on windows") {
  const Row row = {"swin",
                   R"(
input %x: f32[3, 4, 24]
const %bias: f32[1, 2, 4, 4] = {1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 1, 2, 1, 2, 1, 2, 1}
input %mask: f32[3, 4, 4]
%r: f32[3, 4, 3, 2, 4] = reshape(%x)
%t: f32[3, 3, 2, 4, 4] = transpose(%r) perm=[2, 0, 3, 1, 4]
%qs: f32[1, 3, 2, 4, 4] = slice(%t) start=[0, 0, 0, 0, 0] step=[1, 1, 1, 1, 1]
%q: f32[3, 2, 4, 4] = reshape(%qs)
%ks: f32[1, 3, 2, 4, 4] = slice(%t) start=[1, 0, 0, 0, 0] step=[1, 1, 1, 1, 1]
%k: f32[3, 2, 4, 4] = reshape(%ks)
%vs: f32[1, 3, 2, 4, 4] = slice(%t) start=[2, 0, 0, 0, 0] step=[1, 1, 1, 1, 1]
%v: f32[3, 2, 4, 4] = reshape(%vs)
%s: f32[3, 2, 4, 4] = matmul(%q, %k) transpose_b=true alpha=0.5
%sb: f32[3, 2, 4, 4] = binary(%s, %bias)
%sr: f32[1, 3, 2, 4, 4] = reshape(%sb)
%mr: f32[1, 3, 1, 4, 4] = reshape(%mask)
%sm: f32[1, 3, 2, 4, 4] = binary(%sr, %mr)
%sl: f32[3, 2, 4, 4] = reshape(%sm)
%p: f32[3, 2, 4, 4] = softmax(%sl)
%o: f32[3, 2, 4, 4] = matmul(%p, %v)
%ot: f32[3, 4, 2, 4] = transpose(%o) perm=[0, 2, 1, 3]
%y: f32[3, 4, 8] = reshape(%ot)
output %y
)",
                   "attention(%x, %x, %x, %o.mask.1) batch=3 heads=2 rows=4 keys=4 width=4 value_width=4 scale=0.5 "
                   "q=[0, 96, 4, 24] k=[8, 96, 4, 24] v=[16, 96, 4, 24] y=[0, 32, 4, 8] has_mask=true mask_step=[32, "
                   "16, 4, 1]",
                   {{"binary", 1}, {"reshape", 1}}};
  check(row);
}

TEST_CASE("what is read elsewhere is not fused, and the ledger follows") {
  Graph shared = parse_graph(with_scores("%m: f32[2, 2, 3, 3] = reshape(%s)") + "output %p\n");
  CHECK_FALSE(FuseAttention::run(shared));
  Graph g = parse_graph(with_scores("%m: f32[2, 2, 3, 3] = reshape(%s)") + R"(
ledger "r" "Reshape" compiled
ledger "t" "Transpose" compiled
ledger "s" "MatMul" compiled
ledger "m" "Identity" compiled
ledger "p" "Softmax" compiled
ledger "o" "MatMul" compiled
ledger "ot" "Transpose" compiled
ledger "y" "Reshape" compiled
)");
  verify(g, "test");
  REQUIRE(FuseAttention::run(g));
  verify(g, "fuse_attention");
  for (const LedgerEntry& e : g.ledger) {
    CAPTURE(e.node);
    CHECK((e.node == "o" ? e.fate == Fate::compiled : e.fate == Fate::fused && e.into == "o"));
  }
}

TEST_CASE("layers that share a mask share what it becomes") {
  Graph g = parse_graph(R"(
input %x: f32[2, 3, 4]
input %k: f32[2, 1, 3]
const %z: f32[] = {0}
const %f: f32[] = {-1e9}
%c: bool[2, 1, 3] = binary(%k, %z) op=greater
%s: f32[2, 3, 3] = matmul(%x, %x) transpose_b=true
%m: f32[2, 3, 3] = where(%c, %s, %f)
%p: f32[2, 3, 3] = softmax(%m)
%o: f32[2, 3, 4] = matmul(%p, %x)
%s2: f32[2, 3, 3] = matmul(%o, %o) transpose_b=true
%m2: f32[2, 3, 3] = where(%c, %s2, %f)
%p2: f32[2, 3, 3] = softmax(%m2)
%y: f32[2, 3, 4] = matmul(%p2, %o)
output %y
)");
  const auto inputs = sample_inputs(g);
  const auto want = interpret(g, inputs);
  REQUIRE(FuseAttention::run(g));
  verify(g, "fuse_attention");
  CHECK(count_ops(g) == std::map<std::string, int>{{"attention", 2}, {"binary", 1}, {"where", 1}});
  CHECK(largest_difference(interpret(g, inputs), want) < 1e-5);
}
