#include <doctest/doctest.h>

#include <algorithm>

#include "compiler/ir/access.h"
#include "compiler/ir/fields.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/names.h"
#include "isa/base/error.h"

using namespace inf;
using namespace inf::compiler;

namespace {

/// One line per operator, every field away from its default somewhere.
const char* const kEverything = R"(graph "all operators" opset 13
input %x: f32[1, 4, 8, 8]
input %"odd name %": f32[1, 4, 8, 8]
const %w: f32[4, 2, 3, 3] = splat(0.1)
const %b: f32[4] = {1, -2.5, 3e-20, inf}
const %k: f32[4, 4, 2, 2] = splat(-1)
const %/axes/Constant_output_0: i64[2] = {-1, 9223372036854775807}
const %flags: bool[1] = {1}
const %scalar: f32[] = {0.5}
%conv: f32[1, 4, 8, 8] = conv(%x, %w, %b, %x) dilation=[2, 2] pads=[2, 2, 2, 2] groups=2 has_bias=true has_residual=true act=leaky_relu(0.1, 0) @"/slice1/Conv"
%conv2: f32[1, 4, 8, 8] = conv(%x, %w, _, %x) pads=[1, 1, 1, 1] groups=2 has_residual=true
%up: f32[1, 4, 17, 16] = conv(%conv, %k) stride=[2, 2] transposed=true output_padding=[1, 0]
%pool: f32[1, 4, 4, 8] = pool(%conv2) kind=average kernel=[2, 2] stride=[2, 1] dilation=[1, 1] pads=[0, 0, 0, 1] count_include_pad=true
%big: f32[1, 4, 8, 12] = resize(%pool) mode=linear coordinates=asymmetric round=ceil scale=[2, 1.5]
%sum: f32[1, 4, 8, 8] = binary(%x, %"odd name %") op=sub act=clip(0, 6)
%act: f32[1, 4, 8, 8] = unary(%sum) act=hard_sigmoid(0.2, 0.5)
%product: f32[1, 4, 8, 8] = matmul(%act, %x, %scalar) transpose_a=true transpose_b=true has_bias=true alpha=0.5 beta=2 act=gelu
%norm: f32[1, 4, 8, 8] = batch_norm(%product, %b, %b, %b, %b) epsilon=0.001
%joined: f32[1, 8, 8, 8] = concat(%norm, %act) axis=1
%soft: f32[1, 8, 8, 8] = softmax(%joined) axis=1
%flat: f32[8, 64] = reshape(%soft)
%turned: f32[64, 8] = transpose(%flat) perm=[1, 0]
%cut: f32[4, 3] = slice(%turned) start=[60, 2] step=[-2, 1]
%wide: f32[7, 3] = pad(%cut) mode=edge before=[1, 0] after=[2, 0] value=-1
%y: f32[7] = reduce(%wide) op=max axes=[1] keep_dims=false
%more: f32[1, 4, 8, 8] = matmul(%act, %x, _, %x) has_residual=true
%ln: f32[64, 8] = layer_norm(%turned) epsilon=0.001 center=false
%heads: f32[64, 8] = attention(%turned, %turned, %ln, %ln) heads=2 rows=64 keys=64 width=4 value_width=4 scale=0.5 q=[0, 0, 4, 8] k=[0, 0, 4, 8] v=[0, 0, 4, 8] y=[0, 0, 4, 8] has_mask=true mask_step=[0, 0, 0, 8]
%same: bool[64, 8] = binary(%ln, %heads) op=less_equal
%both: bool[64, 8] = binary(%same, %same) op=logic_xor
%chosen: f32[64, 8] = where(%both, %ln, %heads)
%whole: i64[64, 8] = cast(%chosen) to=i64
%tall: i64[2, 64, 8] = expand(%whole)
%top: i64[64] = arg_max(%chosen) axis=1 keep_dims=false last=true smallest=true
%rows: f32[64, 8] = gather(%chosen, %top)
%columns: f32[64, 64] = gather(%chosen, %top) axis=1
%put: f32[64, 8] = scatter(%rows, %top, %ln) add=true
%sums: f32[64, 8] = cum_sum(%put) axis=1 exclusive=true reverse=true
%last: f32[64, 8], %"all of them": f32[3, 64, 8] = loop(_, %sums, %ln) trips=3 carried=1 @"/Loop" {
  graph "body" opset 13
  input %i: i64[]
  input %go: bool[]
  input %state: f32[64, 8]
  input %step: f32[64, 8]
  const %limit: i64[] = {2}
  %next: f32[64, 8] = binary(%state, %step)
  %on: bool[] = binary(%i, %limit) op=less
  %inner: f32[64, 8] = loop(%on, %next) trips=2 carried=1 {
    graph "" opset 0
    input %i: i64[]
    input %go: bool[]
    input %s: f32[64, 8]
    %t: f32[64, 8] = unary(%s) act=tanh
    output %go
    output %t
  }
  output %on
  output %inner
  output %next
}
output %y
output %"all of them"
output %up
output %big
ledger "/slice1/Conv" "Conv" compiled macs 9216
ledger "Relu_1" "Relu" fused into "/slice1/Conv"
ledger "Shape_2" "Shape" folded
)";

std::string text_of(const std::string& text, bool with_data) { return print(parse_graph(text), with_data); }

}  // namespace

TEST_CASE("parse then print is the same text, with data") {
  // dilation=[1, 1] is the pool's default: written by hand, dropped by the printer; constants nobody reads are dropped
  // too
  std::string want = kEverything;
  for (const char* unread : {" dilation=[1, 1]", "const %/axes/Constant_output_0: i64[2] = {-1, 9223372036854775807}\n",
                             "const %flags: bool[1] = {1}\n"})
    want.erase(want.find(unread), std::string(unread).size());
  CHECK(text_of(kEverything, true) == want);
  CHECK(text_of(want, true) == want);
}

TEST_CASE("constants elided to shapes round-trip as well, and have no data") {
  const std::string elided = text_of(kEverything, false);
  CHECK(elided.find("const %w: f32[4, 2, 3, 3]\n") != std::string::npos);
  CHECK(text_of(elided, false) == elided);
  const Graph g = parse_graph(elided);
  for (std::size_t i = 0; i < g.values.size(); ++i)
    if (g.values[i].constant) CHECK(constant(g, static_cast<ValueId>(i)) == nullptr);
}

TEST_CASE("integer constants keep all of their bits") {
  const Graph g = parse_graph(kEverything);
  for (const Value& v : g.values)
    if (v.name == "/axes/Constant_output_0")
      CHECK(v.constant->ints() == std::vector<std::int64_t>{-1, 9223372036854775807});
}

TEST_CASE("every operator of the variant appears in the round trip") {
  const Graph g = parse_graph(kEverything);
  for (std::size_t i = 0; i < std::variant_size_v<Operator>; ++i) {
    CAPTURE(i);
    CHECK(std::any_of(g.nodes.begin(), g.nodes.end(), [&](const Node& n) { return n.op.index() == i; }));
  }
}

TEST_CASE("names are one to one") {
  for (int i = 0; i <= static_cast<int>(Act::mish); ++i)
    CHECK(from_name<Act>(name(static_cast<Act>(i))) == static_cast<Act>(i));
  CHECK(!from_name<Act>("swish"));
  CHECK(op_name(*op_from_name("batch_norm")) == "batch_norm");
  CHECK(!op_from_name("lstm"));
}

TEST_CASE("wrong text names line, column and reason") {
  struct Row {
    const char* name;
    const char* text;
    const char* message;
  };
  const Row rows[] = {
      {"unknown operator", "input %x: f32[1]\n%y: f32[1] = lstm(%x)", "graph text:2:18: unknown operator 'lstm'"},
      {"unknown field", "input %x: f32[1]\n%y: f32[1] = unary(%x) fn=relu", "graph text:2:27: unary has no field 'fn'"},
      {"unknown word", "input %x: f32[1]\n%y: f32[1] = unary(%x) act=rely", "graph text:2:32: unknown word 'rely'"},
      {"undefined value", "%y: f32[1] = unary(%x)", "graph text:1:22: %x is not defined above"},
      {"written twice", "input %x: f32[1]\ninput %x: f32[1]", "graph text:2:17: %x is written twice"},
      {"unknown type", "input %x: f64[1]", "graph text:1:14: unknown word 'f64'"},
      {"missing values", "const %x: f32[3] = {1, 2}", "graph text:1:26: 2 values for 3 elements"},
      {"not a number", "const %x: f32[1] = {one}", "graph text:1:21: expected a number"},
      {"open string", "graph \"x", "graph text:1:9: the string is not closed"},
      {"left over", "input %x: f32[1] extra", "graph text:1:18: unexpected text at the end of the line"},
      {"a loop without a body", "input %x: f32[1]\n%y: f32[1] = loop(_, %x) trips=2 carried=1",
       "graph text:2:43: expected '{'"},
      {"a body that does not end", "input %x: f32[1]\n%y: f32[1] = loop(_, %x) {\n  input %i: i64[]\n",
       "graph text:4:1: the block of a loop body is not closed by '}'"},
      {"two outputs of an operator with one", "input %x: f32[1]\n%y: f32[1], %z: f32[1] = unary(%x)",
       "graph text:2:35: unary has one output"},
      {"no shape", "input %x: f32", "graph text:1:14: expected '['"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    try {
      parse_graph(row.text);
      FAIL_CHECK("parsed");
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::usage);
      CHECK(std::string(e.what()) == row.message);
    }
  }
}
