#include <algorithm>

#include "tests/compiler/pipeline/matrix_check.h"

// Loops in hardware, and unrolled on the chip that has no control flow. The graphs are text: a body is one block.
using namespace inf;
using namespace inf::compiler;

namespace {

struct Row {
  const char* name;
  const char* text;
  std::vector<std::vector<float>> inputs;
  double bf16 = 0;  ///< 0: the same numbers
};

std::vector<float> ramp(std::int64_t n, float scale) {
  std::vector<float> data;
  for (std::int64_t i = 0; i < n; ++i) data.push_back(scale * static_cast<float>((i * 37 + 11) % 64 - 32) / 32.0f);
  return data;
}

Graph parsed(const char* text) {
  Graph g = parse_graph(text);
  verify(g, "test");
  for (const Node& n : g.nodes) {
    g.ledger.push_back({n.name, "Test", Fate::compiled, "", 0});
    if (const auto* loop = std::get_if<Loop>(&n.op))  // as the import has them
      for (const Node& inner : loop->body->nodes)
        g.ledger.push_back({n.name + "/" + inner.name, "Test", Fate::fused, n.name, 0});
  }
  return g;
}

test::ChipRun run(const Graph& g, const Row& r, DType type, const arch::ChipSpec& chip, sim::SimOptions options = {}) {
  return test::run_on_chip(g, r.inputs, test::options_of(type), options, chip);
}

const Row kRows[] = {
    {"a swap",
     R"(
input %x: f32[40]
input %y: f32[40]
%p: f32[40], %q: f32[40] = loop(_, %x, %y) trips=3 carried=2 {
  input %i: i64[]
  input %c: bool[]
  input %a: f32[40]
  input %b: f32[40]
  output %c
  output %b
  output %a
}
output %p
output %q)",
     {ramp(40, 1), ramp(40, 0.5f)}},
    {"a rotation of three, one unchanged",
     R"(
input %x: f32[40]
input %y: f32[40]
input %z: f32[40]
input %u: f32[40]
%p: f32[40], %q: f32[40], %r: f32[40], %s: f32[40] = loop(_, %x, %y, %z, %u) trips=4 carried=4 {
  input %i: i64[]
  input %c: bool[]
  input %a: f32[40]
  input %b: f32[40]
  input %d: f32[40]
  input %e: f32[40]
  %n: f32[40] = unary(%b) act=neg
  output %c
  output %n
  output %d
  output %a
  output %e
}
output %p
output %q
output %r
output %s)",
     {ramp(40, 1), ramp(40, 0.5f), ramp(40, 0.25f), ramp(40, 2)}},
    {"reshapes of what is carried",
     R"(
input %x: f32[2, 20]
input %y: f32[40]
%p: f32[2, 20], %q: f32[40] = loop(_, %x, %y) trips=3 carried=2 {
  input %i: i64[]
  input %c: bool[]
  input %a: f32[2, 20]
  input %b: f32[40]
  %f: f32[40] = reshape(%a)
  %g: f32[2, 20] = reshape(%b)
  output %c
  output %g
  output %f
}
output %p
output %q)",
     {ramp(40, 1), ramp(40, 0.5f)}},
    {"exit after some rounds, integers, truth values and a stack",
     R"(
input %go: bool[]
input %n: i64[3]
input %x: f32[5]
%m: i64[3], %f: bool[], %s: f32[5], %all: f32[6, 5], %ints: i64[6, 3] = loop(%go, %n, %go, %x) trips=6 carried=3 {
  input %i: i64[]
  input %c: bool[]
  input %k: i64[3]
  input %flag: bool[]
  input %y: f32[5]
  const %two: i64[] = {2}
  const %one: i64[] = {1}
  const %limit: i64[] = {3}
  %next: i64[3] = binary(%k, %two)
  %d: f32[5] = binary(%y, %y)
  %on: bool[] = binary(%i, %limit) op=less
  output %on
  output %next
  output %flag
  output %d
  output %y
  output %k
}
output %m
output %f
output %s
output %all
output %ints)",
     {{1}, {1, -2, 3}, ramp(5, 1)}},
    {"never starts",
     R"(
input %go: bool[]
input %x: f32[5]
%s: f32[5], %all: f32[3, 5] = loop(%go, %x) trips=3 carried=1 {
  input %i: i64[]
  input %c: bool[]
  input %y: f32[5]
  %d: f32[5] = binary(%y, %y)
  output %c
  output %d
  output %d
}
output %s
output %all)",
     {{0}, ramp(5, 1)}},
    {"a constant says that it never starts",
     R"(
input %x: f32[5]
const %go: bool[] = {0}
%s: f32[5] = loop(%go, %x) trips=3 carried=1 {
  input %i: i64[]
  input %c: bool[]
  input %y: f32[5]
  %d: f32[5] = binary(%y, %y)
  output %c
  output %d
}
output %s)",
     {ramp(5, 1)}},
    {"a constant ends it after one round",
     R"(
input %x: f32[5]
%s: f32[5] = loop(_, %x) trips=3 carried=1 {
  input %i: i64[]
  input %c: bool[]
  input %y: f32[5]
  const %no: bool[] = {0}
  %d: f32[5] = binary(%y, %y)
  output %no
  output %d
}
output %s)",
     {ramp(5, 1)}},
    {"the condition is what was carried",
     R"(
input %a: bool[]
input %b: bool[]
input %x: f32[5]
%p: bool[], %q: bool[], %s: f32[5] = loop(_, %a, %b, %x) trips=5 carried=3 {
  input %i: i64[]
  input %c: bool[]
  input %f: bool[]
  input %g: bool[]
  input %y: f32[5]
  %d: f32[5] = binary(%y, %y)
  output %f
  output %g
  output %c
  output %d
}
output %p
output %q
output %s)",
     {{1}, {0}, ramp(5, 1)}},
    {"captured: an input, a constant, a view and a value; two loops, one after the other",
     R"(
input %x: f32[4, 6]
input %u: f32[6, 4]
const %k: f32[6] = {1, 2, 3, 4, 5, 6}
%t: f32[4, 6] = transpose(%u) perm=[1, 0]
%v: f32[4, 6] = unary(%x) act=neg
%s: f32[4, 6] = loop(_, %x, %t, %k, %v) trips=3 carried=1 {
  input %i: i64[]
  input %c: bool[]
  input %y: f32[4, 6]
  input %a: f32[4, 6]
  input %b: f32[6]
  input %d: f32[4, 6]
  %e: f32[4, 6] = binary(%y, %a)
  %f: f32[4, 6] = binary(%e, %b)
  %g: f32[4, 6] = binary(%f, %d)
  output %c
  output %g
}
%r: f32[4, 6] = loop(_, %s, %s) trips=2 carried=1 {
  input %i: i64[]
  input %c: bool[]
  input %y: f32[4, 6]
  input %a: f32[4, 6]
  %e: f32[4, 6] = binary(%y, %a)
  output %c
  output %e
}
%o: f32[4, 6] = unary(%r) act=abs
%w: f32[4, 6] = binary(%s, %r)
output %o
output %w
output %s)",
     {ramp(24, 1), ramp(24, 0.5f)},
     2e-2},
    {"the round as an index",
     R"(
input %table: f32[4, 7]
input %x: f32[7]
%s: f32[7], %o: f32[4, 7] = loop(_, %x, %table) trips=4 carried=1 {
  input %i: i64[]
  input %c: bool[]
  input %y: f32[7]
  input %t: f32[4, 7]
  %at: f32[7] = gather(%t, %i) axis=0
  %n: f32[7] = binary(%y, %at)
  output %c
  output %n
  output %at
}
output %s
output %o)",
     {ramp(28, 1), ramp(7, 1)},
     2e-2},
};

}  // namespace

TEST_CASE("loops against the interpreter, in hardware and unrolled") {
  for (const Row& r : kRows) {
    CAPTURE(std::string(r.name));
    try {
      const Graph g = parsed(r.text);
      const auto want = interpret(g, r.inputs);
      const Loop& loop = std::get<Loop>(std::find_if(g.nodes.begin(), g.nodes.end(), [](const Node& n) {
                                          return std::holds_alternative<Loop>(n.op);
                                        })->op);
      const bool ends = loop.body->outputs[0] != loop.body->inputs[1] || g.nodes.front().inputs[0] != kNoValue;
      const bool stacks = static_cast<std::int64_t>(loop.body->outputs.size()) > loop.carried + 1;
      const auto close = [&](const test::ChipRun& run, double limit) {
        REQUIRE(run.outputs.size() == want.size());
        for (std::size_t i = 0; i < want.size(); ++i) {
          CAPTURE(i);
          if (limit == 0)
            CHECK(run.outputs[i] == want[i]);
          else
            CHECK(test::relative_error(run.outputs[i], want[i]) <= limit);
        }
      };
      close(run(g, r, DType::fp32, test::inf2()), 0);
      const test::ChipRun both = run(g, r, DType::bf16, test::inf2());
      close(both, r.bf16);
      CHECK(run(g, r, DType::bf16, test::inf2(), {.timing = false}).outputs == both.outputs);
      if (!ends) CHECK(run(g, r, DType::bf16, test::inf2(), {.values = false}).result.end == both.result.end);
      try {
        close(run(g, r, DType::bf16, test::inf1()), r.bf16);
      } catch (const Error& e) {  // which row of a stack is written hangs on the condition, and that needs gpsimd
        CAPTURE(std::string(e.what()));
        CHECK(stacks);
        CHECK(e.kind() == ErrorKind::unsupported);
      }
    } catch (const Error& e) {
      FAIL_CHECK(std::string(e.what()));
    }
  }
}
