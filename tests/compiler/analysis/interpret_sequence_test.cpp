// The operators of transformers and recurrent models, on numbers small enough to check by hand.
#include <doctest/doctest.h>

#include <cmath>

#include "compiler/analysis/cost.h"
#include "compiler/analysis/interpret.h"
#include "isa/base/error.h"

using namespace inf;
using namespace inf::compiler;

namespace {

struct Row {
  const char* name;
  const char* text;
  std::vector<std::vector<float>> inputs;
  std::vector<std::vector<float>> want;
};

std::vector<std::vector<float>> run(const char* text, const std::vector<std::vector<float>>& inputs) {
  const Graph g = parse_graph(text);
  verify(g, "test");
  return interpret(g, inputs);
}

/// The sum of 1, 2, 4, ... while it stays below a limit, and every sum on the way.
const char* const kLoop = R"(
input %go: bool[]
input %start: f32[1]
input %limit: f32[1]
%sum: f32[1], %all: f32[4, 1] = loop(%go, %start, %limit) trips=4 carried=1 {
  input %i: i64[]
  input %c: bool[]
  input %s: f32[1]
  input %l: f32[1]
  const %two: f32[] = {2}
  %if: f32[] = cast(%i)
  %power: f32[] = binary(%two, %if) op=pow
  %t: f32[1] = binary(%s, %power)
  %below: bool[1] = binary(%t, %l) op=less
  %on: bool[] = reshape(%below)
  output %on
  output %t
  output %t
}
output %sum
output %all)";

}  // namespace

TEST_CASE("operators by hand") {
  const float inf = std::numeric_limits<float>::infinity();
  const float e = std::exp(1.0f);
  const Row rows[] = {
      {"layer norm",
       "input %x: f32[2, 2]\nconst %s: f32[2] = {10, 20}\nconst %b: f32[2] = {1, 2}\n%y: f32[2, 2] = layer_norm(%x, "
       "%s, "
       "%b) epsilon=0\noutput %y",
       {{1, 3, -4, 4}},
       {{-9, 22, -9, 22}}},
      {"without the mean, without scale",
       "input %x: f32[1, 2]\n%y: f32[1, 2] = layer_norm(%x) epsilon=0.5 center=false\noutput %y",
       {{1, 0}},
       {{1, 0}}},
      // one head: scores are equal for the first query; the second prefers key 0 by 1
      {"attention",
       "input %q: f32[2, 1]\ninput %k: f32[2, 1]\ninput %v: f32[2, 1]\n%y: f32[2, 1] = attention(%q, %k, %v) rows=2 "
       "keys=2 width=1 value_width=1 scale=0.5 q=[0, 0, 0, 1] k=[0, 0, 0, 1] v=[0, 0, 0, 1] y=[0, 0, 0, 1]\noutput %y",
       {{0, 1}, {2, 0}, {4, 8}},
       {{6, (4 * e + 8) / (e + 1)}}},
      // two heads side by side in one row of q, k and v; the mask lets each query see its own key alone
      {"attention with heads and a mask",
       "input %x: f32[2, 6]\ninput %m: f32[2, 2]\n%y: f32[2, 2] = attention(%x, %x, %x, %m) heads=2 rows=2 keys=2 "
       "width=1 value_width=1 q=[0, 0, 1, 6] k=[2, 0, 1, 6] v=[4, 0, 1, 6] y=[0, 0, 1, 2] has_mask=true mask_step=[0, "
       "0, "
       "2, 1]\noutput %y",
       {{1, 2, 3, 4, 50, 60, 1, 2, 3, 4, 70, 80}, {0, -inf, -inf, 0}},
       {{50, 60, 70, 80}}},
      {"where",
       "input %c: bool[2, 1]\ninput %a: f32[2]\nconst %z: f32[] = {-1}\n%y: f32[2, 2] = where(%c, %a, %z)\noutput %y",
       {{1, 0}, {5, 6}},
       {{5, 6, -1, -1}}},
      {"casts truncate; what is not 0 is true",
       "input %x: f32[4]\n%i: i64[4] = cast(%x) to=i64\n%b: bool[4] = cast(%x) to=bool\n%y: f32[4] = "
       "cast(%b)\noutput %i\noutput %y",
       {{1.75f, -1.75f, 0, 0.25f}},
       {{1, -1, 0, 0}, {1, 1, 0, 1}}},
      {"comparisons and logic",
       "input %a: f32[3]\ninput %b: f32[3]\n%e: bool[3] = binary(%a, %b) op=equal\n%l: bool[3] = binary(%a, %b) "
       "op=less\n%g: bool[3] = binary(%a, %b) op=greater_equal\n%o: bool[3] = binary(%e, %l) op=logic_or\n%x: bool[3] "
       "= "
       "binary(%o, %g) op=logic_xor\n%n: bool[3] = binary(%o, %g) op=logic_and\noutput %e\noutput %l\noutput "
       "%g\noutput "
       "%x\noutput %n",
       {{1, 2, 3}, {2, 2, 2}},
       {{0, 1, 0}, {1, 0, 0}, {0, 1, 1}, {1, 0, 1}, {0, 1, 0}}},
      {"expand", "input %x: f32[2, 1]\n%y: f32[2, 2, 2] = expand(%x)\noutput %y", {{1, 2}}, {{1, 1, 2, 2, 1, 1, 2, 2}}},
      {"gather rows, from the end too",
       "input %x: f32[3, 2]\ninput %i: i64[2, 1]\n%y: f32[2, 1, 2] = gather(%x, %i)\noutput %y",
       {{1, 2, 3, 4, 5, 6}, {2, -3}},
       {{5, 6, 1, 2}}},
      {"gather columns with one index",
       "input %x: f32[3, 2]\ninput %i: i64[]\n%y: f32[3] = gather(%x, %i) axis=1\noutput %y",
       {{1, 2, 3, 4, 5, 6}, {1}},
       {{2, 4, 6}}},
      {"scatter: the last of equal indices stays",
       "input %x: f32[3, 1]\ninput %i: i64[2]\ninput %u: f32[2, 1]\n%y: f32[3, 1] = scatter(%x, %i, %u)\n%z: f32[3, 1] "
       "= "
       "scatter(%x, %i, %u) add=true\noutput %y\noutput %z",
       {{1, 2, 3}, {1, 1}, {10, 20}},
       {{1, 20, 3}, {1, 32, 3}}},
      {"the first and the last of equals",
       "input %x: f32[2, 3]\n%a: i64[2, 1] = arg_max(%x) axis=1\n%b: i64[2] = arg_max(%x) axis=1 keep_dims=false "
       "last=true\n%c: i64[3] = arg_max(%x) axis=0 keep_dims=false smallest=true\noutput %a\noutput %b\noutput %c",
       {{7, 7, 1, 0, 9, 9}},
       {{0, 1}, {1, 2}, {1, 0, 0}}},
      {"running sums",
       "input %x: f32[2, 3]\n%a: f32[2, 3] = cum_sum(%x) axis=1\n%b: f32[2, 3] = cum_sum(%x) axis=1 "
       "exclusive=true\n%c: "
       "f32[2, 3] = cum_sum(%x) axis=0 reverse=true\noutput %a\noutput %b\noutput %c",
       {{1, 2, 3, 10, 20, 30}},
       {{1, 3, 6, 10, 30, 60}, {0, 1, 3, 0, 10, 30}, {11, 22, 33, 10, 20, 30}}},
      {"a product with bias and residual",
       "input %a: f32[1, 2]\nconst %b: f32[2, 2] = {1, 2, 3, 4}\nconst %v: f32[2] = {100, 200}\ninput %r: f32[1, "
       "2]\n%y: "
       "f32[1, 2] = matmul(%a, %b, %v, %r) has_bias=true has_residual=true act=relu\noutput %y",
       {{1, 1}, {-1000, 1000}},
       {{0, 1206}}},
      {"a loop to its end", kLoop, {{1}, {0}, {100}}, {{15}, {1, 3, 7, 15}}},
      {"a loop that stops itself", kLoop, {{1}, {0}, {7}}, {{7}, {1, 3, 7, 0}}},
      {"a loop that does not start", kLoop, {{0}, {5}, {7}}, {{5}, {0, 0, 0, 0}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto got = run(row.text, row.inputs);
    REQUIRE(got.size() == row.want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      REQUIRE(got[i].size() == row.want[i].size());
      for (std::size_t k = 0; k < got[i].size(); ++k) CHECK(got[i][k] == doctest::Approx(row.want[i][k]));
    }
  }
}

TEST_CASE("an index out of range names node, index and range") {
  struct Bad {
    const char* name;
    const char* text;
    float index;
    const char* message;
  };
  const char* const gather =
      "input %x: f32[3, 2]\ninput %i: i64[1]\n%y: f32[1, 2] = gather(%x, %i) @\"/emb/Gather\"\noutput %y";
  const char* const scatter =
      "input %x: f32[3, 2]\ninput %i: i64[1]\nconst %u: f32[1, 2] = {1, 2}\n%y: f32[3, 2] = scatter(%x, %i, "
      "%u)\noutput "
      "%y";
  const Bad rows[] = {
      {"too large", gather, 3,
       "node '/emb/Gather': index 3 is outside the 3 positions of axis 0\n  allowed: -3 to 2; check the ids that the "
       "model gets"},
      {"too far from the end", gather, -4,
       "node '/emb/Gather': index -4 is outside the 3 positions of axis 0\n  allowed: -3 to 2; check the ids that the "
       "model gets"},
      {"of an update", scatter, 5,
       "node 'y': index 5 is outside the 3 positions of axis 0\n  allowed: -3 to 2; check the ids that the model gets"},
      {"no number at all", gather, std::nanf(""),
       "node '/emb/Gather': index nan is outside the 3 positions of axis 0\n  allowed: -3 to 2; check the ids that the "
       "model gets"},
  };
  for (const Bad& row : rows) {
    CAPTURE(row.name);
    try {
      run(row.text, {{1, 2, 3, 4, 5, 6}, {row.index}});
      FAIL_CHECK("ran");
    } catch (const Error& e) {
      CHECK(e.kind() == ErrorKind::usage);
      CHECK(std::string(e.what()) == row.message);
    }
  }
}

TEST_CASE("attention and loops count their multiplications") {
  const Graph attention = parse_graph(
      "input %x: f32[2, 6]\n%y: f32[2, 4] = attention(%x, %x, %x) heads=2 rows=2 keys=2 width=1 value_width=2 q=[0, 0, "
      "1, "
      "6] k=[2, 0, 1, 6] v=[2, 0, 2, 6] y=[0, 0, 2, 4]\noutput %y");
  CHECK(total_macs(attention) == 2 * 2 * 2 * (1 + 2));
  const Graph loop = parse_graph(
      "input %x: f32[3, 3]\n%y: f32[3, 3] = loop(_, %x) trips=5 carried=1 {\ninput %i: i64[]\ninput %c: bool[]\ninput "
      "%s: "
      "f32[3, 3]\n%t: f32[3, 3] = matmul(%s, %s)\noutput %c\noutput %t\n}\noutput %y");
  CHECK(total_macs(loop) == 5 * 27);
  CHECK(traffic(loop, loop.nodes[0]) == Traffic{9, 0, 9});
}
