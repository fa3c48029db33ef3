// Shape arithmetic as exporters leave it: it must vanish, and leave the right sizes.
#include <doctest/doctest.h>

#include "compiler/analysis/interpret.h"
#include "compiler/import/onnx.h"
#include "compiler/ir/access.h"
#include "tests/compiler/import/build_onnx.h"

using namespace inf;
using namespace inf::compiler;
using tests::Attr;
using tests::floats;
using tests::ints;
using tests::OnnxBuilder;

namespace {

using I = std::int64_t;

/// A step of a chain: reads "x" (the image) or earlier names.
struct Step {
  std::string type;
  std::vector<std::string> inputs;
  std::string output;
  std::vector<Attr> attributes = {};
};

struct Row {
  const char* name;
  std::vector<Step> steps;  ///< leave a list of integers in "s"
  std::vector<I> want;
  int opset = 13;
};

const std::vector<std::pair<const char*, tests::TensorSpec>> kConstants = {{"zero", tests::scalar("int64", 0)},
                                                                           {"two", tests::scalar("int64", 2)},
                                                                           {"l0", ints({0})},
                                                                           {"l1", ints({1})},
                                                                           {"l2", ints({2})},
                                                                           {"l3", ints({3})},
                                                                           {"l4", ints({4})},
                                                                           {"minus1", ints({-1})},
                                                                           {"half", floats({1}, {0.5})},
                                                                           {"most", ints({9223372036854774784.0})},
                                                                           {"yes", {"bool", {1}, {1}, true}},
                                                                           {"twice", floats({}, {2})},
                                                                           {"l23", ints({2, 3})},
                                                                           {"fives", ints({5, 5})},
                                                                           {"one", tests::scalar("int64", 1)}};

/// Reads the list through ConstantOfShape: a value of that shape reaches the output.
std::vector<I> evaluate(const Row& row) {
  OnnxBuilder b(row.opset);
  b.input("x", {2, 3, 6, 10});
  for (const auto& [name, tensor] : kConstants) b.weight(name, tensor);
  for (const Step& s : row.steps) b.node(s.type, s.inputs, {s.output}, s.attributes);
  b.node("ConstantOfShape", {"s"}, {"filled"}, {{"value", floats({1}, {1})}}).output("filled");
  const Graph g = import_onnx(b.bytes(), "m.onnx");
  REQUIRE(g.nodes.size() == 1);  // the copy that writes the output
  return g.value(g.outputs[0]).shape;
}

}  // namespace

TEST_CASE("chains of shape arithmetic fold to constants") {
  const Step shape{"Shape", {"x"}, "shape"};
  const std::vector<Row> rows = {
      {"shape", {shape, {"Identity", {"shape"}, "s"}}, {2, 3, 6, 10}},
      {"shape from 1 to -1", {{"Shape", {"x"}, "s", {{"start", I{1}}, {"end", I{-1}}}}}, {3, 6}, 15},
      {"gather one", {shape, {"Gather", {"shape", "two"}, "g"}, {"Unsqueeze", {"g", "l0"}, "s"}}, {6}},
      {"gather some", {shape, {"Gather", {"shape", "l23"}, "s"}}, {6, 10}},
      {"unsqueeze with an attribute",
       {shape, {"Gather", {"shape", "two"}, "g"}, {"Unsqueeze", {"g"}, "s", {{"axes", tests::Dims{0}}}}},
       {6},
       11},
      {"slice to the end", {shape, {"Slice", {"shape", "l2", "most"}, "s"}}, {6, 10}},
      {"slice opset 9",
       {shape, {"Slice", {"shape"}, "s", {{"starts", tests::Dims{0}}, {"ends", tests::Dims{2}}}}},
       {2, 3},
       9},
      {"concat",
       {shape, {"Slice", {"shape", "l0", "l2"}, "a"}, {"Concat", {"a", "fives"}, "s", {{"axis", I{0}}}}},
       {2, 3, 5, 5}},
      {"doubled in floats and floored",
       {shape,
        {"Cast", {"shape"}, "f", {{"to", I{1}}}},
        {"Mul", {"f", "half"}, "h"},
        {"Floor", {"h"}, "n"},
        {"Cast", {"n"}, "s", {{"to", I{7}}}}},
       {1, 1, 3, 5}},
      {"ceiled",
       {shape,
        {"Cast", {"shape"}, "f", {{"to", I{1}}}},
        {"Mul", {"f", "half"}, "h"},
        {"Ceil", {"h"}, "n"},
        {"Cast", {"n"}, "s", {{"to", I{7}}}}},
       {1, 2, 3, 5}},
      {"integer division", {shape, {"Div", {"shape", "two"}, "s"}}, {1, 1, 3, 5}},
      {"remainder", {shape, {"Mod", {"shape", "l4"}, "m"}, {"Add", {"m", "one"}, "s"}}, {3, 4, 3, 3}},
      {"product", {shape, {"ReduceProd", {"shape"}, "s", {{"keepdims", I{1}}}}}, {360}},
      {"where", {shape, {"Equal", {"shape", "l3"}, "c"}, {"Where", {"c", "one", "shape"}, "s"}}, {2, 1, 6, 10}},
      {"not and greater",
       {shape, {"Greater", {"shape", "l3"}, "c"}, {"Not", {"c"}, "d"}, {"Where", {"d", "one", "shape"}, "s"}},
       {1, 1, 6, 10}},
      {"range", {{"Range", {"one", "two", "one"}, "s"}}, {1}},
      {"size", {{"Size", {"x"}, "n"}, {"Unsqueeze", {"n", "l0"}, "s"}}, {360}},
      {"expand", {{"Expand", {"l2", "l3"}, "s"}}, {2, 2, 2}},
      {"tile", {{"Tile", {"l23", "l2"}, "s"}}, {2, 3, 2, 3}},
      {"minimum and maximum", {shape, {"Min", {"shape", "l4"}, "a"}, {"Max", {"a", "l3"}, "s"}}, {3, 3, 4, 4}},
      {"constants in five forms",
       {{"Constant", {}, "a", {{"value_ints", tests::Dims{2, 3}}}},
        {"Constant", {}, "b", {{"value_int", I{4}}}},
        {"Unsqueeze", {"b", "l0"}, "c"},
        {"Concat", {"a", "c"}, "s", {{"axis", I{0}}}}},
       {2, 3, 4}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(evaluate(row) == row.want);
  }
}

TEST_CASE("symbols and inputs can be bound") {
  const std::string bytes = OnnxBuilder(13)
                                .input("x", {0, 3, 0, 0}, "float", {"n", "", "h", "w"})
                                .weight("s", ints({0, -1}))
                                .node("Reshape", {"x", "s"}, {"y"})
                                .output("y")
                                .bytes();
  const Graph bound = import_onnx(bytes, "m", {{{"n", 2}, {"h", 4}, {"w", 5}}, {}});
  CHECK(bound.value(bound.outputs[0]).shape == Shape{2, 60});
  const Graph shaped = import_onnx(bytes, "m", {{}, {{"x", {1, 3, 2, 2}}}});
  CHECK(shaped.value(shaped.outputs[0]).shape == Shape{1, 12});
}

TEST_CASE("weights behind transposes, casts and identities are constants") {
  const std::string bytes = OnnxBuilder(13)
                                .input("x", {1, 3})
                                .weight("w", {"float16", {2, 3}, {1, 2, 3, 4, 5, 6}, true})
                                .node("Identity", {"w"}, {"shared"})
                                .node("Cast", {"shared"}, {"wide"}, {{"to", I{1}}})
                                .node("Transpose", {"wide"}, {"t"})
                                .node("MatMul", {"x", "t"}, {"y"})
                                .output("y")
                                .bytes();
  const Graph g = import_onnx(bytes, "m.onnx");
  REQUIRE(g.nodes.size() == 1);
  CHECK(g.value(g.nodes[0].inputs[1]).constant->floats() == std::vector<float>{1, 4, 2, 5, 3, 6});
}

TEST_CASE("outputs that are inputs, constants or twice the same value get a node of their own") {
  const std::string bytes = OnnxBuilder(13)
                                .input("x", {1, 2})
                                .weight("w", floats({2}, {3, 4}))
                                .node("Relu", {"x"}, {"r"}, {}, "relu")
                                .node("Identity", {"r"}, {"a"}, {}, "id")
                                .node("Identity", {"x"}, {"same"}, {}, "copy")
                                .output("r")
                                .output("a")
                                .output("same")
                                .output("w")
                                .bytes();
  const Graph g = import_onnx(bytes, "m.onnx");
  std::vector<std::string> names;
  for (const ValueId id : g.outputs) names.push_back(g.value(id).name);
  CHECK(names == std::vector<std::string>{"r", "a", "same", "w"});
  const auto out = interpret(g, {{-1, 2}});
  CHECK(out == std::vector<std::vector<float>>{{0, 2}, {0, 2}, {-1, 2}, {3, 4}});
}

TEST_CASE("an output that carries the name of an input leaves the input its name") {
  const Graph g = import_onnx(OnnxBuilder(13).input("x", {1, 2}).output("x").bytes(), "m.onnx");
  CHECK(g.value(g.inputs[0]).name == "x");
  CHECK(g.value(g.outputs[0]).name == "x.copy");
  CHECK(interpret(g, {{1, 2}}) == std::vector<std::vector<float>>{{1, 2}});
}

TEST_CASE("nodes may be listed in any order, without names or with the same one") {
  const std::string bytes = OnnxBuilder(13)
                                .input("x", {1, 2})
                                .node("Tanh", {"a"}, {"y"}, {}, "same")
                                .node("Relu", {"x"}, {"a"}, {}, "same")
                                .output("y")
                                .bytes();
  const Graph g = import_onnx(bytes, "m.onnx");
  REQUIRE(g.nodes.size() == 2);
  CHECK(g.nodes[0].name == "a");
  CHECK(g.ledger[0].node == "y");
  CHECK(g.ledger[1].node == "a");
}
