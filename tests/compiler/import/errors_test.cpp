// Every refusal says where, what and the way out, word for word.
#include <doctest/doctest.h>

#include <limits>

#include "compiler/import/onnx.h"
#include "isa/base/error.h"
#include "tests/compiler/import/models.h"

using namespace inf;
using namespace inf::compiler;
using tests::floats;
using tests::ints;
using tests::OnnxBuilder;

namespace {

using I = std::int64_t;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();

OnnxBuilder image(int opset = 13) {
  OnnxBuilder b(opset);
  b.input("x", {1, 2, 5, 5}).output("y");
  return b;
}
/// One node "n" from x (and w) to y.
std::string node(const std::string& type, const std::vector<std::string>& inputs,
                 const std::vector<tests::Attr>& attributes = {}, int opset = 13) {
  return std::move(image(opset).weight("w", tests::noise({3, 2, 3, 3}, 1)).node(type, inputs, {"y"}, attributes, "n"))
      .bytes();
}

struct Row {
  const char* name;
  std::string bytes;
  ErrorKind kind;
  const char* text;
  ImportOptions options = {};
};

void check(const Row& row) {
  CAPTURE(row.name);
  try {
    import_onnx(row.bytes, "m.onnx", row.options);
    FAIL_CHECK("imported");
  } catch (const Error& e) {
    CHECK(e.kind() == row.kind);
    CHECK(std::string(e.what()) == row.text);
    CHECK(exit_code(e.kind()) == 2);
  }
}

}  // namespace

TEST_CASE("files that are no models") {
  const std::string good = node("Relu", {"x"});
  const Row rows[] = {
      {"empty", "", ErrorKind::import,
       "m.onnx: not an ONNX model: it holds no graph\n  expected the protobuf form of an ONNX model (*.onnx)"},
      {"text", "not a model at all", ErrorKind::import,
       "m.onnx: not an ONNX file\n  expected the protobuf form of an ONNX model (*.onnx)"},
      {"truncated", good.substr(0, good.size() / 2), ErrorKind::import,
       "m.onnx: the ONNX file is truncated or damaged\n  download or export it again"},
      {"no opset", OnnxBuilder(0).input("x", {1}).output("x").bytes(), ErrorKind::import,
       "m.onnx: the model names no opset of the domain ai.onnx\n  the file is truncated or was not written by an ONNX "
       "exporter"},
      {"opset 18", node("Relu", {"x"}, {}, 18), ErrorKind::unsupported,
       "m.onnx: the model uses opset 18, supported are 9 to 17\n  export with opset_version=17 or convert the file "
       "with ONNX's version converter"},
      {"opset 8", node("Relu", {"x"}, {}, 8), ErrorKind::unsupported,
       "m.onnx: the model uses opset 8, supported are 9 to 17\n  export with opset_version=17 or convert the file with "
       "ONNX's version converter"},
      {"no outputs", OnnxBuilder(13).input("x", {1}).node("Relu", {"x"}, {"y"}).bytes(), ErrorKind::import,
       "m.onnx: the model has no outputs\n  export it again"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("a model cut anywhere is refused, never a crash") {
  const std::string good = tests::resnet({.opset = 13, .height = 32, .width = 32, .divide = 32}).bytes();
  int refused = 0;
  for (std::size_t length = 0; length + 1 < good.size(); length += 97) {
    try {
      import_onnx(std::string_view(good).substr(0, length), "cut.onnx");
    } catch (const Error& e) {
      ++refused;
      CHECK(e.kind() == ErrorKind::import);
    }
  }
  CHECK(refused == static_cast<int>((good.size() + 95) / 97));
}

TEST_CASE("a model with damaged bytes is imported or refused by an Error of the user's, never anything else") {
  const std::string good = tests::craft({.opset = 13, .height = 32, .width = 32, .divide = 256}).bytes();
  std::uint32_t state = 1;
  int refused = 0, imported = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bad = good;
    for (int i = 0; i < 3; ++i) {
      state = state * 1664525u + 1013904223u;
      bad[state % bad.size()] = static_cast<char>(state >> 24);
    }
    try {
      import_onnx(bad, "damaged.onnx");
      ++imported;
    } catch (const Error& e) {
      ++refused;
      CAPTURE(e.what());
      CHECK(exit_code(e.kind()) == 2);
    }
  }
  CHECK(refused > 0);
  CHECK(imported > 0);  // a changed weight is a weight
}

TEST_CASE("graphs that contradict themselves") {
  const Row rows[] = {
      {"cycle",
       image()
           .node("Add", {"x", "b"}, {"a"}, {}, "first")
           .node("Relu", {"a"}, {"b"}, {}, "second")
           .node("Relu", {"b"}, {"y"}, {}, "third")
           .bytes(),
       ErrorKind::import,
       "m.onnx: node 'first' (Add): the graph has a cycle: 3 node(s) wait for each other\n  waiting: 'first', "
       "'second', 'third'\n  an ONNX graph is acyclic; unroll the loop before the export"},
      {"a value nobody writes", image().node("Add", {"x", "ghost"}, {"y"}, {}, "n").bytes(), ErrorKind::import,
       "m.onnx: node 'n' (Add): reads 'ghost', which nothing writes\n  the value is no input, no initialiser and no "
       "node's output; the file is damaged or a node was removed"},
      {"two writers", image().node("Relu", {"x"}, {"y"}, {}, "a").node("Tanh", {"x"}, {"y"}, {}, "b").bytes(),
       ErrorKind::import,
       "m.onnx: node 'b' (Tanh): writes 'y', which node 'a' has written already\n  every value of an ONNX graph has "
       "one writer; export the model again"},
      {"a node overwrites an input", image().node("Relu", {"x"}, {"x"}, {}, "a").bytes(), ErrorKind::import,
       "m.onnx: node 'a' (Relu): writes 'x', which an input or initialiser has written already\n  every value of an "
       "ONNX graph has one writer; export the model again"},
      {"an initialiser twice",
       image().weight("w", floats({1}, {1})).weight("w", floats({1}, {2})).node("Relu", {"x"}, {"y"}).bytes(),
       ErrorKind::import, "m.onnx: initialiser 'w' appears twice\n  every name has one value; export the model again"},
      {"an input twice", OnnxBuilder(13).input("x", {1}).input("x", {1}).node("Relu", {"x"}, {"y"}).output("y").bytes(),
       ErrorKind::import, "m.onnx: input 'x' is declared twice"},
      {"an output nobody writes", image().node("Relu", {"x"}, {"z"}).bytes(), ErrorKind::import,
       "m.onnx: output 'y' is never written\n  the file is damaged or a node was removed"},
      {"declared output size",
       OnnxBuilder(13).input("x", {1, 4}).node("Relu", {"x"}, {"y"}).output("y", {1, 5}).bytes(), ErrorKind::import,
       "m.onnx: output 'y': axis 1 is declared as 5, its node gives 4\n  the model contradicts itself: it was edited "
       "or exported for another size"},
      {"channels do not fit",
       image().weight("w", tests::noise({3, 4, 3, 3}, 1)).node("Conv", {"x", "w"}, {"y"}, {}, "n").bytes(),
       ErrorKind::import,
       "m.onnx: node 'n' (Conv): input has 2 channels, the weight [3, 4, 3, 3] with 1 group(s) takes 4\n  the shapes "
       "in the model do not fit each other; export it again with the input size you need"},
      {"shapes do not broadcast",
       OnnxBuilder(13).input("a", {2, 3}).input("b", {4}).node("Add", {"a", "b"}, {"y"}, {}, "n").output("y").bytes(),
       ErrorKind::import,
       "m.onnx: node 'n' (Add): shapes [2, 3] and [4] do not broadcast\n  the shapes in the model do not fit each "
       "other; export it again with the input size you need"},
      {"reshape of another size",
       OnnxBuilder(13)
           .input("x", {768})
           .weight("s", ints({1, 12, 32}))
           .node("Reshape", {"x", "s"}, {"y"}, {}, "n")
           .output("y")
           .bytes(),
       ErrorKind::import,
       "m.onnx: node 'n' (Reshape): cannot reshape [768] (768 elements) to [1, 12, 32] (384 elements)"},
      {"an input is missing", node("Conv", {"x"}), ErrorKind::import,
       "m.onnx: node 'n' (Conv): has 1 inputs and 1 outputs, Conv takes 2 to 3 inputs\n  the file is damaged or was "
       "written for another opset"},
      {"an attribute of the wrong type", node("Conv", {"x", "w"}, {{"strides", 1.5f}}), ErrorKind::import,
       "m.onnx: node 'n' (Conv): attribute 'strides' has the wrong type\n  the file is damaged or was written for "
       "another opset"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("operators and attributes out of support") {
  const Row rows[] = {
      {"a misspelt operator", node("Convolution", {"x", "w"}), ErrorKind::unsupported,
       "m.onnx: node 'n' (Convolution): operator 'Convolution' (domain 'ai.onnx', opset 13) is not supported\n  "
       "nearest supported type: Conv"},
      {"a custom domain", image().opset("com.acme", 1).node("Relu", {"x"}, {"y"}, {}, "n", "com.acme").bytes(),
       ErrorKind::unsupported,
       "m.onnx: node 'n' (Relu): operator 'Relu' (domain 'com.acme', opset 13) is not supported\n  domain 'com.acme' "
       "is not ai.onnx: replace the custom operator by standard ones"},
      {"all of them are listed",
       image()
           .node("SequenceConstruct", {"x"}, {"a"}, {}, "r")
           .node("Scan", {"a"}, {"b"}, {}, "c")
           .node("TopK", {"b"}, {"y"}, {}, "l")
           .bytes(),
       ErrorKind::unsupported,
       "m.onnx: node 'r' (SequenceConstruct): operator 'SequenceConstruct' (domain 'ai.onnx', opset 13) is not "
       "supported\n  lists of tensors are not supported: export with fixed sizes, so that the exporter unrolls what "
       "fills them\n  2 more unsupported node(s): 'c' (Scan), 'l' (TopK)"},
      {"an unknown attribute", node("Conv", {"x", "w"}, {{"paddings", tests::Dims{1, 1}}}), ErrorKind::unsupported,
       "m.onnx: node 'n' (Conv): attribute 'paddings' is not supported\n  supported: auto_pad, dilations, group, "
       "kernel_shape, pads, strides"},
      {"auto_pad", node("Conv", {"x", "w"}, {{"auto_pad", std::string("SAME")}}), ErrorKind::unsupported,
       "m.onnx: node 'n' (Conv): attribute auto_pad = 'SAME'\n  supported: NOTSET, VALID, SAME_UPPER, SAME_LOWER"},
      {"stride 0", node("Conv", {"x", "w"}, {{"strides", tests::Dims{0, 1}}}), ErrorKind::unsupported,
       "m.onnx: node 'n' (Conv): attribute strides = [0, 1]: 1 to 1000000 are supported"},
      {"cubic",
       image()
           .weight("s", floats({4}, {1, 1, 2, 2}))
           .node("Resize", {"x", "", "s"}, {"y"}, {{"mode", std::string("cubic")}}, "n")
           .bytes(),
       ErrorKind::unsupported,
       "m.onnx: node 'n' (Resize): attribute mode = 'cubic'\n  supported: nearest, linear; a cubic kernel has negative "
       "weights and four taps per axis\n"
       "  export with mode='bilinear', or do the resize on the host"},
      {"crop and resize",
       image()
           .weight("s", floats({4}, {1, 1, 2, 2}))
           .node("Resize", {"x", "", "s"}, {"y"},
                 {{"coordinate_transformation_mode", std::string("tf_crop_and_resize")}}, "n")
           .bytes(),
       ErrorKind::unsupported,
       "m.onnx: node 'n' (Resize): attribute coordinate_transformation_mode = 'tf_crop_and_resize'\n  supported: "
       "half_pixel, pytorch_half_pixel, align_corners, asymmetric"},
      {"resize of channels",
       image().weight("s", floats({4}, {1, 2, 2, 2})).node("Resize", {"x", "", "s"}, {"y"}, {}, "n").bytes(),
       ErrorKind::unsupported,
       "m.onnx: node 'n' (Resize): scales are 1, 2 on the batch and channel axes: only the spatial axes can be "
       "resized"},
      {"three spatial axes",
       OnnxBuilder(13)
           .input("x", {1, 1, 3, 3, 3})
           .weight("w", floats({1, 1, 1, 1, 1}, {1}))
           .node("Conv", {"x", "w"}, {"y"}, {}, "n")
           .output("y")
           .bytes(),
       ErrorKind::unsupported,
       "m.onnx: node 'n' (Conv): the input has shape [1, 1, 3, 3, 3]: one or two spatial axes are supported\n  "
       "three-dimensional convolution and pooling are not; split the volume into planes"},
      {"indices of a max pool",
       image()
           .node("MaxPool", {"x"}, {"p", "i"}, {{"kernel_shape", tests::Dims{2, 2}}}, "n")
           .node("Relu", {"i"}, {"y"}, {}, "r")
           .bytes(),
       ErrorKind::unsupported,
       "m.onnx: node 'n' (MaxPool): its output 'i' is used by 'r'\n  supported of MaxPool: the first output"},
      {"training mode",
       image(15)
           .weight("c", floats({2}, {1, 1}))
           .node("BatchNormalization", {"x", "c", "c", "c", "c"}, {"y"}, {{"training_mode", I{1}}}, "n")
           .bytes(),
       ErrorKind::unsupported,
       "m.onnx: node 'n' (BatchNormalization): attribute training_mode = 1\n  supported: 0; call model.eval() before "
       "the export"},
      {"slopes per channel",
       image().weight("s", floats({2, 1, 1}, {0.1, 0.2})).node("PRelu", {"x", "s"}, {"y"}, {}, "n").bytes(),
       ErrorKind::unsupported,
       "m.onnx: node 'n' (PRelu): slope has 2 different values per channel\n  supported: one slope for all channels "
       "(LeakyRelu)"},
      {"a narrow cast of run-time values", node("Cast", {"x"}, {{"to", I{3}}}), ErrorKind::unsupported,
       "m.onnx: node 'n' (Cast): attribute to = 3 on run-time values\n  supported: casts to float types, int32, int64 "
       "and bool, and any cast of a constant"},
      {"a shape from run-time values",
       OnnxBuilder(13).input("x", {4}).input("s", {2}).node("Reshape", {"x", "s"}, {"y"}, {}, "n").output("y").bytes(),
       ErrorKind::unsupported,
       "m.onnx: node 'n' (Reshape): shape ('s') is computed from run-time values\n  shape must follow from constants "
       "and static shapes"},
      {"padding wider than the window",
       node("MaxPool", {"x"}, {{"kernel_shape", tests::Dims{2, 2}}, {"pads", tests::Dims{2, 0, 0, 0}}}),
       ErrorKind::unsupported,
       "m.onnx: node 'n' (MaxPool): attribute pads: 2 and 0 positions of padding for a window of 2\n  padding must be "
       "smaller than the window"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("constants that cannot be evaluated") {
  const auto chain = [](const std::string& type, const std::vector<std::string>& inputs,
                        const std::vector<tests::Attr>& attributes = {}) {
    return image()
        .weight("one", ints({1}))
        .weight("zero", ints({0}))
        .weight("three", ints({3}))
        .weight("huge", ints({1e15}))
        .weight("f", floats({1}, {1e30}))
        .weight("v", floats({3}, {1, 2, 3}))
        .node(type, inputs, {"s"}, attributes, "n")
        .node("Reshape", {"x", "s"}, {"y"})
        .bytes();
  };
  const Row rows[] = {
      {"division by 0", chain("Div", {"one", "zero"}), ErrorKind::import,
       "m.onnx: node 'n' (Div): divides the integer constant by 0"},
      {"remainder by 0", chain("Mod", {"one", "zero"}), ErrorKind::import,
       "m.onnx: node 'n' (Mod): takes the remainder by 0"},
      {"index", chain("Gather", {"one", "three"}), ErrorKind::import,
       "m.onnx: node 'n' (Gather): index 3 is outside the 1 positions of axis 0"},
      {"a cast out of range", chain("Cast", {"f"}, {{"to", I{7}}}), ErrorKind::import,
       "m.onnx: node 'n' (Cast): casts 1e+30 to an integer"},
      {"a cast to strings", chain("Cast", {"one"}, {{"to", I{8}}}), ErrorKind::unsupported,
       "m.onnx: node 'n' (Cast): attribute to = 8\n  supported: float types, integers and bool"},
      {"more than memory holds", chain("ConstantOfShape", {"huge"}), ErrorKind::import,
       "m.onnx: node 'n' (ConstantOfShape): would make a constant of shape [1000000000000000]: at most 2^31 elements "
       "are evaluated"},
      {"an endless range", chain("Range", {"zero", "huge", "one"}), ErrorKind::import,
       "m.onnx: node 'n' (Range): would make a constant of shape [1000000000000000]: at most 2^31 elements are "
       "evaluated"},
      {"a range of lists", chain("Range", {"zero", "one", "zero"}), ErrorKind::import,
       "m.onnx: node 'n' (Range): delta is 0"},
      {"floats as sizes", chain("Identity", {"v"}), ErrorKind::import,
       "m.onnx: node 'y' (Reshape): shape holds floats, integers are needed"},
      {"an attribute of the wrong type", chain("Gather", {"one", "zero"}, {{"axis", 1.0f}}), ErrorKind::import,
       "m.onnx: node 'n' (Gather): attribute 'axis' has the wrong type\n  the file is damaged or was written for "
       "another opset"},
      {"an attribute of an older opset", chain("Squeeze", {"one"}, {{"axes", tests::Dims{0}}}), ErrorKind::import,
       "m.onnx: node 'n' (Squeeze): attribute 'axes' is an input from opset 13 on, the model uses opset 13\n  the file "
       "names the wrong opset or was edited; export it again"},
      {"a left-out operand", chain("Add", {"one", ""}), ErrorKind::import,
       "m.onnx: node 'n' (Add): input 1 is left out, Add needs it\n  the file is damaged or was written for another "
       "opset"},
      {"joined types", chain("Concat", {"one", "f"}, {{"axis", I{0}}}), ErrorKind::import,
       "m.onnx: node 'n' (Concat): joins floats and integers"},
      {"shapes that do not broadcast",
       image()
           .weight("a", ints({1, 2}))
           .weight("b", ints({1, 2, 3}))
           .node("Add", {"a", "b"}, {"s"}, {}, "n")
           .node("Reshape", {"x", "s"}, {"y"})
           .bytes(),
       ErrorKind::import, "m.onnx: node 'n' (Add): shapes [2] and [3] do not broadcast"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("weights that are no finite numbers") {
  const auto with = [](const tests::TensorSpec& w) {
    return image().weight("conv.weight", w).node("Add", {"x", "conv.weight"}, {"y"}, {}, "n").bytes();
  };
  const Row rows[] = {
      {"NaN", with(floats({4, 1}, {0, 1, kNan, 3})), ErrorKind::import,
       "m.onnx: tensor 'conv.weight': element 2 of 4 is nan\n  weights must be finite in fp32; train or export the "
       "model again"},
      {"infinity", with(floats({2, 1}, {0, kInf})), ErrorKind::import,
       "m.onnx: tensor 'conv.weight': element 1 of 2 is inf\n  weights must be finite in fp32; train or export the "
       "model again"},
      // hides a position where it is added, but no product can use it
      {"minus infinity in a product",
       image()
           .weight("conv.weight", floats({5, 2}, {0, -kInf, 0, 0, 0, 0, 0, 0, 0, 0}))
           .node("MatMul", {"x", "conv.weight"}, {"y"}, {}, "n")
           .bytes(),
       ErrorKind::import,
       "m.onnx: tensor 'conv.weight': element 1 of 10 is -inf\n  weights must be finite in fp32; train or export the "
       "model again"},
      {"fp16 NaN", with({"float16", {2, 1}, {0, kNan}, true}), ErrorKind::import,
       "m.onnx: tensor 'conv.weight': element 1 of 2 is nan\n  weights must be finite in fp32; train or export the "
       "model again"},
      {"a double beyond fp32", with({"double", {2, 1}, {1e300, 0}, true}), ErrorKind::import,
       "m.onnx: tensor 'conv.weight': element 0 of 2 is inf\n  weights must be finite in fp32; train or export the "
       "model again"},
      {"too few bytes", with(floats({5, 1}, {1, 2})), ErrorKind::import,
       "m.onnx: tensor 'conv.weight': holds 8 bytes, its shape and type need 20\n  the file is truncated or damaged"},
      {"too few typed elements", with({"float", {5, 1}, {1, 2}, false}), ErrorKind::import,
       "m.onnx: tensor 'conv.weight': holds 2 elements, its shape needs 5\n  the file is truncated or damaged"},
      {"a negative dimension", with(floats({-1}, {1})), ErrorKind::import,
       "m.onnx: tensor 'conv.weight': has a dimension of -1\n  the file is damaged"},
      {"strings", with({"string", {}, {}, false}), ErrorKind::unsupported,
       "m.onnx: tensor 'conv.weight': has element type string\n  supported: float types, integers and bool"},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("open dimensions and bindings") {
  const auto open = [](const std::vector<std::string>& symbols) {
    return OnnxBuilder(13)
        .input("image", {0, 3, 0, 32}, "float", symbols)
        .node("Relu", {"image"}, {"y"})
        .output("y")
        .bytes();
  };
  const Row rows[] = {
      {"symbols", open({"batch", "", "height"}), ErrorKind::unsupported,
       "m.onnx: input 'image' axis 0 is the symbol 'batch'\n  input 'image' axis 2 is the symbol 'height'\n  the chip "
       "runs fixed shapes only: export with fixed sizes or bind it, with --bind NAME=SIZE or model.symbols and "
       "model.shapes in a workload"},
      {"no symbol", open({}), ErrorKind::unsupported,
       "m.onnx: input 'image' axis 0 is open (bound as image.0)\n  input 'image' axis 2 is open (bound as image.2)\n  "
       "the chip runs fixed shapes only: "
       "export with fixed sizes or bind it, with --bind NAME=SIZE or model.symbols and model.shapes in a workload"},
      {"one of two is bound",
       open({"batch", "", "height"}),
       ErrorKind::unsupported,
       "m.onnx: input 'image' axis 2 is the symbol 'height'\n  the chip runs fixed shapes only: export with fixed "
       "sizes or bind it, with --bind NAME=SIZE or model.symbols and model.shapes in a workload",
       {{{"batch", 1}}, {}}},
      {"a symbol that is not there",
       open({"batch", "", "height"}),
       ErrorKind::usage,
       "m.onnx: the model has no symbolic dimension 'heigth'\n  nearest: 'height'",
       {{{"heigth", 1}}, {}}},
      {"an input that is not there",
       open({}),
       ErrorKind::usage,
       "m.onnx: the model has no input 'img'\n  nearest: 'image'",
       {{}, {{"img", {1, 3, 32, 32}}}}},
      {"a size of 0",
       open({"batch", "", "height"}),
       ErrorKind::usage,
       "m.onnx: symbol 'batch' is bound to 0, at least 1 is needed",
       {{{"batch", 0}, {"height", 32}}, {}}},
      {"against a fixed size",
       open({}),
       ErrorKind::usage,
       "m.onnx: input 'image' axis 3 is bound to 64, the model has 32\n  only open dimensions can be bound; export the "
       "model again for another fixed size",
       {{}, {{"image", {1, 3, 64, 64}}}}},
      {"another rank",
       open({}),
       ErrorKind::usage,
       "m.onnx: input 'image': is bound to [3, 64], the model has 4 axes",
       {{}, {{"image", {3, 64}}}}},
      {"integers", OnnxBuilder(13).input("tokens", {1, 8}, "uint8").node("Relu", {"tokens"}, {"y"}).output("y").bytes(),
       ErrorKind::unsupported,
       "m.onnx: input 'tokens': has element type uint8\n  supported: float, float16, bfloat16, double, int64, int32, "
       "bool; convert the "
       "input before the model"},
  };
  for (const Row& row : rows) check(row);
}
