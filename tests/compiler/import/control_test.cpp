// If and Loop, recurrent refusals, integer inputs, and ledgers that hold what cannot be imported.
#include <doctest/doctest.h>

#include <algorithm>

#include "compiler/analysis/interpret.h"
#include "compiler/import/onnx.h"
#include "compiler/ir/access.h"
#include "compiler/passes/graph_passes.h"
#include "isa/base/error.h"
#include "tests/compiler/import/build_onnx.h"

using namespace inf;
using namespace inf::compiler;
using tests::floats;
using tests::ints;
using tests::OnnxBuilder;
using tests::scalar;

namespace {

using I = std::int64_t;
using Body = std::shared_ptr<OnnxBuilder>;

Body body() { return std::make_shared<OnnxBuilder>(0); }

/// s -> s * w + i, scanned, for `trips` rounds; the condition ends it when the sum passes 10.
OnnxBuilder counting_loop(double trips, bool conditional) {
  Body b = body();
  b->input("i", {}, "int64").input("go", {}, "bool").input("s", {2});
  b->weight("ten", scalar("float", 10)).weight("axis", ints({0}));
  b->node("Mul", {"s", "w"}, {"scaled"}).node("Cast", {"i"}, {"round"}, {{"to", I{1}}});
  b->node("Add", {"scaled", "round"}, {"next"});
  b->node("ReduceSum", {"next", "axis"}, {"total"}, {{"keepdims", I{0}}}).node("Less", {"total", "ten"}, {"below"});
  if (conditional)
    b->node("And", {"below", "go"}, {"on"});
  else
    b->node("Identity", {"go"}, {"on"});
  b->output("on", {}, "bool").output("next", {2}).output("scaled", {2});
  OnnxBuilder m(13);
  m.input("x", {2}).input("w", {2}).weight("trips", scalar("int64", trips));
  m.node("Loop", {"trips", "", "x"}, {"last", "all"}, {{"body", b}}, "count");
  m.output("last").output("all");
  return m;
}

OnnxBuilder growing_loop() {
  Body b = body();
  b->input("i", {}, "int64").input("go", {}, "bool").input("s", {1, 4});
  b->node("Concat", {"s", "x"}, {"longer"}, {{"axis", I{0}}}, "grow").node("Identity", {"go"}, {"on"});
  b->output("on", {}, "bool").output("longer", {});
  OnnxBuilder m(13);
  m.input("x", {1, 4}).weight("trips", scalar("int64", 5));
  m.node("Loop", {"trips", "", "x"}, {"y"}, {{"body", b}}, "decode").output("y");
  return m;
}

OnnxBuilder prefix_loop() {
  Body b = body();
  b->input("i", {}, "int64").input("go", {}, "bool").input("s", {1, 4});
  b->weight("one", ints({1})).weight("zero", ints({0})).weight("axis0", ints({0}));
  b->node("Unsqueeze", {"i", "axis0"}, {"at"}).node("Add", {"at", "one"}, {"end"});
  b->node("Slice", {"table", "zero", "end", "zero"}, {"prefix"}, {}, "cut");
  b->node("ReduceMean", {"prefix"}, {"mean"}, {{"axes", tests::Dims{0}}}).node("Add", {"s", "mean"}, {"t"});
  b->node("Identity", {"go"}, {"on"}).output("on", {}, "bool").output("t", {1, 4});
  OnnxBuilder m(13);
  m.input("x", {1, 4}).input("table", {9, 4}).weight("trips", scalar("int64", 5));
  m.node("Loop", {"trips", "", "x"}, {"y"}, {{"body", b}}, "decode").output("y");
  return m;
}

OnnxBuilder branching(double condition) {
  Body yes = body(), no = body();
  yes->node("Add", {"x", "c"}, {"sum"}, {}, "inner").output("sum");
  no->weight("two", scalar("float", 2)).node("Mul", {"x", "two"}, {"product"}, {}, "inner").output("product");
  OnnxBuilder m(13);
  m.input("x", {2}).weight("c", floats({2}, {10, 20})).weight("which", scalar("bool", condition));
  m.node("If", {"which"}, {"y"}, {{"then_branch", yes}, {"else_branch", no}}, "choose").output("y");
  return m;
}

std::string refusal(const std::string& bytes) {
  try {
    import_onnx(bytes, "m.onnx");
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::unsupported);
    return e.what();
  }
  return "imported";
}

const LedgerEntry& entry(const Graph& g, const std::string& node) {
  return *std::find_if(g.ledger.begin(), g.ledger.end(), [&](const LedgerEntry& e) { return e.node == node; });
}

}  // namespace

TEST_CASE("a loop runs its body as often as it says, before and after the passes") {
  struct Row {
    const char* name;
    double trips;
    bool conditional;
    std::vector<float> last, all;
  };
  const Row rows[] = {
      {"to the end", 3, false, {12, 28}, {2, 6, 4, 12, 10, 26}},
      {"the condition ends it", 4, true, {5, 13}, {2, 6, 4, 12, 0, 0, 0, 0}},
      {"once", 1, false, {2, 6}, {2, 6}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Graph g = import_onnx(counting_loop(row.trips, row.conditional).bytes(), "m.onnx");
    CHECK(g.nodes.size() == 1);
    CHECK(entry(g, "count").fate == Fate::compiled);
    CHECK(entry(g, "count/scaled").fate == Fate::fused);
    CHECK(entry(g, "count/scaled").into == "count");
    for (int round = 0; round < 2; ++round) {
      const auto got = interpret(g, {{1, 3}, {2, 2}});
      CHECK(got[0] == row.last);
      CHECK(got[1] == row.all);
      run_graph_passes(g);
    }
  }
}

TEST_CASE("shapes that change inside a loop are explained") {
  const std::string ways =
      "\n  the chip runs fixed shapes: keep all positions in every step and hide the later ones with a mask, as the "
      "workload model `builtin: parseq` with `mode: ar` does\n  bind the number of steps: export with a fixed one and "
      "unrolled, so that each step has a shape of its own\n  or compile buckets: one export per length, the shorter "
      "inputs padded";
  CHECK(refusal(growing_loop().bytes()) ==
        "m.onnx: node 'decode' (Loop): shapes change inside: axis 0 of 'longer', the result of 'grow' (Concat) in its "
        "body, has 2, 3, 4 positions in the first 3 steps" +
            ways);
  CHECK(refusal(prefix_loop().bytes()) ==
        "m.onnx: node 'decode' (Loop): shapes change inside: axis 0 of 'prefix', the result of 'cut' (Slice) in its "
        "body, has 1, 2, 3 positions in the first 3 steps" +
            ways);
}

TEST_CASE("loops and branches that depend on the data") {
  Body b = body();
  b->input("i", {}, "int64").input("go", {}, "bool").input("s", {2}).node("Relu", {"s"}, {"t"});
  b->node("Identity", {"go"}, {"on"}).output("on", {}, "bool").output("t", {2});
  OnnxBuilder counted(13);
  counted.input("x", {2}).input("n", {}, "int64").node("Loop", {"n", "", "x"}, {"y"}, {{"body", b}}, "l").output("y");
  CHECK(refusal(counted.bytes()) ==
        "m.onnx: node 'l' (Loop): its trip count 'n' is computed at run time\n  supported: a constant number of trips, "
        "which a condition may end early; give the loop its largest count");
  OnnxBuilder endless(13);
  endless.input("x", {2}).weight("c", scalar("bool", 1)).node("Loop", {"", "c", "x"}, {"y"}, {{"body", b}}, "l");
  endless.output("y");
  CHECK(refusal(endless.bytes()) ==
        "m.onnx: node 'l' (Loop): it has no trip count: how long it runs depends on the data\n  supported: a constant "
        "number of trips, which a condition may end early; give the loop its largest count");
  OnnxBuilder open(13);
  Body yes = body(), no = body();
  yes->node("Relu", {"x"}, {"a"}).output("a");
  no->node("Neg", {"x"}, {"b"}).output("b");
  open.input("x", {2}).input("c", {}, "bool");
  open.node("If", {"c"}, {"y"}, {{"then_branch", yes}, {"else_branch", no}}, "i").output("y");
  CHECK(refusal(open.bytes()) ==
        "m.onnx: node 'i' (If): its condition 'c' is computed at run time\n  supported: a condition that follows from "
        "constants and shapes; select with Where, or export one of the branches");
}

TEST_CASE("an If with a constant condition is its branch") {
  for (const bool which : {true, false}) {
    const Graph g = import_onnx(branching(which).bytes(), "m.onnx");
    CHECK(interpret(g, {{1, 2}})[0] == (which ? std::vector<float>{11, 22} : std::vector<float>{2, 4}));
    CHECK(entry(g, "choose").fate == Fate::folded);
    CHECK(entry(g, "inner").fate == Fate::compiled);
  }
}

TEST_CASE("token ids in, the largest id out") {
  OnnxBuilder m(13);
  m.input("tokens", {1, 3}, "int32").input("mask", {1, 3}, "bool");
  m.weight("table", floats({4, 2}, {1, 5, 6, 2, 0, 3, 9, 8})).weight("low", scalar("float", -100));
  m.weight("axis", ints({-1}));
  m.node("Gather", {"table", "tokens"}, {"rows"}, {}, "embed").node("Unsqueeze", {"mask", "axis"}, {"m"});
  m.node("Where", {"m", "rows", "low"}, {"seen"}).node("ArgMax", {"seen"}, {"ids"}, {{"axis", I{1}}}, "pick");
  m.output("ids", {}, "int64");
  const Graph g = import_onnx(m.bytes(), "m.onnx");
  CHECK(g.value(g.inputs[0]).element == Element::i64);
  CHECK(g.value(g.inputs[1]).element == Element::boolean);
  CHECK(g.value(g.outputs[0]).element == Element::i64);
  CHECK(interpret(g, {{0, 3, 1}, {1, 0, 1}})[0] == std::vector<float>{2, 0});
  try {
    interpret(g, {{0, 7, 1}, {1, 0, 1}});
    FAIL_CHECK("ran");
  } catch (const Error& e) {
    CHECK(
        std::string(e.what()) ==
        "node 'embed': index 7 is outside the 4 positions of axis 0\n  allowed: -4 to 3; check the ids that the model "
        "gets");
  }
}

TEST_CASE("an index outside its axis is found although another element lies there") {
  OnnxBuilder m(13);
  m.input("x", {2, 3}).input("i", {1, 2}, "int64").node("GatherND", {"x", "i"}, {"y"}, {}, "pick").output("y");
  const Graph g = import_onnx(m.bytes(), "m.onnx");
  CHECK(interpret(g, {{1, 2, 3, 4, 5, 6}, {-1, 1}})[0] == std::vector<float>{5});
  CHECK_THROWS_AS(interpret(g, {{1, 2, 3, 4, 5, 6}, {0, 3}}), Error);
  CHECK_THROWS_AS(interpret(g, {{1, 2, 3, 4, 5, 6}, {1, -4}}), Error);
}

TEST_CASE("a complete ledger instead of an error") {
  OnnxBuilder m(13);
  m.input("x", {2, 3}).weight("k", ints({1}));
  m.node("Relu", {"x"}, {"a"}, {}, "relu").node("TopK", {"a", "k"}, {"top", "which"}, {}, "top");
  m.node("Neg", {"top"}, {"b"}, {}, "neg").node("Mystery", {"b"}, {"c"}, {}, "mystery", "com.acme");
  m.node("Tanh", {"c"}, {"d"}, {}, "tanh").node("Exp", {"b"}, {"e"}, {}, "exp").output("e").output("d");
  ImportOptions options;
  options.keep_unsupported = true;
  Graph g = import_onnx(m.bytes(), "m.onnx", options);
  struct Want {
    const char* node;
    Fate fate;
    const char* reason;
  };
  const Want rows[] = {
      {"relu", Fate::compiled, ""},
      {"top", Fate::refused,
       "operator 'TopK' (domain 'ai.onnx', opset 13) is not supported; supported: ArgMax for the largest; take more on "
       "the host"},
      {"neg", Fate::compiled, ""},
      {"mystery", Fate::refused,
       "operator 'Mystery' (domain 'com.acme', opset 13) is not supported; domain 'com.acme' is not ai.onnx: replace "
       "the "
       "custom operator by standard ones"},
      {"tanh", Fate::refused, "reads 'c', whose shape is not known because 'mystery' is refused"},
      {"exp", Fate::compiled, ""},
  };
  for (const Want& row : rows) {
    CAPTURE(row.node);
    CHECK(entry(g, row.node).fate == row.fate);
    CHECK(entry(g, row.node).into == row.reason);
  }
  // What TopK gives became inputs, with the shape that ONNX infers; the second output stays unknown.
  REQUIRE(g.inputs.size() == 3);
  CHECK(g.value(g.inputs[1]).name == "top");
  CHECK(shape(g, g.inputs[1]) == Shape{2, 1});
  CHECK(g.value(g.inputs[2]).element == Element::i64);
  REQUIRE(g.outputs.size() == 1);
  CHECK(g.value(g.outputs[0]).name == "e");
  run_graph_passes(g);
}
