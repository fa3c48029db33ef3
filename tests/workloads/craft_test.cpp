#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <cstring>
#include <map>

#include "tests/workloads/files.h"
#include "workloads/craft/craft.h"
#include "workloads/craft/weights.h"
#include "workloads/weights/onnx_initialisers.h"

using namespace inf;
using namespace inf::workloads;

namespace {

CraftOptions options(std::int64_t height, std::int64_t width, std::int64_t batch = 1) {
  return {.batch = batch, .height = height, .width = width, .weights = {WeightChoice::Source::random, 1, {}}};
}

onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto model;
  REQUIRE(model.ParseFromString(bytes));
  return model;
}

std::vector<std::int64_t> shape_of(const onnx::ValueInfoProto& value) {
  std::vector<std::int64_t> shape;
  for (const auto& dim : value.type().tensor_type().shape().dim()) shape.push_back(dim.dim_value());
  return shape;
}

}  // namespace

TEST_CASE("CRAFT has the operators that the vendor's log counts") {
  const onnx::ModelProto model = parsed(craft_onnx(options(64, 96)));
  std::map<std::string, int> counts;
  for (const auto& node : model.graph().node()) ++counts[node.op_type()];
  const std::map<std::string, int> want{
      {"Conv", 27},    {"BatchNormalization", 20}, {"Relu", 23}, {"MaxPool", 5}, {"Resize", 3}, {"Concat", 4},
      {"Transpose", 1}};
  CHECK(counts == want);
}

TEST_CASE("CRAFT is valid ONNX whose inferred shapes are the documented ones") {
  struct Row {
    std::int64_t batch, height, width;
  };
  for (const Row& row : {Row{1, 64, 96}, Row{2, 32, 32}}) {
    CAPTURE(row.height);
    onnx::ModelProto model = parsed(craft_onnx(options(row.height, row.width, row.batch)));
    onnx::checker::check_model(model);
    for (auto& output : *model.mutable_graph()->mutable_output())
      output.mutable_type()->mutable_tensor_type()->clear_shape();
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(),
                                       onnx::ShapeInferenceOptions(true, 1, true));
    const auto& graph = model.graph();
    CHECK(shape_of(graph.input(0)) == std::vector<std::int64_t>{row.batch, 3, row.height, row.width});
    CHECK(graph.output(0).name() == kCraftScores);
    CHECK(shape_of(graph.output(0)) == std::vector<std::int64_t>{row.batch, row.height / 2, row.width / 2, 2});
    CHECK(graph.output(1).name() == kCraftFeature);
    CHECK(shape_of(graph.output(1)) == std::vector<std::int64_t>{row.batch, 32, row.height / 2, row.width / 2});
  }
}

TEST_CASE("the decoder reads what in-place ReLUs leave behind") {
  const onnx::ModelProto model = parsed(craft_onnx(options(32, 32)));
  std::map<std::string, std::string> writer;
  for (const auto& node : model.graph().node()) writer[node.output(0)] = node.op_type();
  // Concat k joins the decoder's tensor with a slice's; slices 1 to 3 come after the next slice's ReLU, slice 4 does
  // not.
  const char* const want[][2] = {
      {"Conv", "BatchNormalization"}, {"Resize", "Relu"}, {"Resize", "Relu"}, {"Resize", "Relu"}};
  int k = 0;
  for (const auto& node : model.graph().node()) {
    if (node.op_type() != "Concat") continue;
    CAPTURE(k);
    CHECK(writer[node.input(0)] == want[k][0]);
    CHECK(writer[node.input(1)] == want[k][1]);
    ++k;
  }
  CHECK(k == 4);
}

TEST_CASE("weights depend on the seed and on nothing else") {
  const test::ScratchFolder folder("craft_weights");
  const auto initialisers = [&](std::int64_t side, std::uint64_t seed) {
    CraftOptions o = options(side, side);
    o.weights.seed = seed;
    write_craft(o, folder / "m.onnx");
    return read_onnx_initialisers(folder / "m.onnx");
  };
  const TensorMap small = initialisers(32, 1), large = initialisers(320, 1), other = initialisers(32, 2);
  REQUIRE(small.size() == 27 * 2 + 20 * 4);
  for (const auto& [name, tensor] : small) {
    CAPTURE(name);
    CHECK(large.at(name).data == tensor.data);
    CHECK(other.at(name).data != tensor.data);
  }
}

TEST_CASE("weights from a file: either format, with or without the prefix") {
  const test::ScratchFolder folder("craft_file");
  const TensorMap weights = random_craft_weights(3);
  CraftOptions o = options(32, 32);
  o.weights.seed = 3;
  write_craft(o, folder / "w.onnx");
  folder.write("w.safetensors", test::as_safetensors(weights, ""));
  folder.write("prefixed.safetensors", test::as_safetensors(weights, "module."));
  for (const char* file : {"w.onnx", "w.safetensors", "prefixed.safetensors"}) {
    CAPTURE(file);
    const TensorMap read = craft_weights(parse_weight_choice((folder / file).string()));
    REQUIRE(read.size() == weights.size());
    for (const auto& [name, tensor] : weights) CHECK_MESSAGE(read.at(name).data == tensor.data, name);
  }
  CHECK_FALSE(std::filesystem::exists(folder / "w.onnx.part"));
}

TEST_CASE("a file that does not fit is refused with every tensor that is wrong") {
  TensorMap weights = random_craft_weights(1);
  weights.erase("upconv1.conv.0.weight");
  weights.erase("conv_cls.8.bias");
  weights.at("basenet.slice1.1.running_var").shape = {8, 8};
  weights.at("conv_cls.0.bias").data[3] = __builtin_nanf("");
  const test::ScratchFolder folder("craft_misfit");
  const auto file = folder.write("w.safetensors", test::as_safetensors(weights, ""));
  const std::string error =
      test::error_of([&] { craft_onnx({.height = 32, .width = 32, .weights = parse_weight_choice(file.string())}); });
  CAPTURE(error);
  for (const char* want :
       {"4 tensors are wrong", "upconv1.conv.0.weight [512,1536,1,1] is missing", "conv_cls.8.bias [2] is missing",
        "basenet.slice1.1.running_var is [8,8], but [64] is needed",
        "conv_cls.0.bias holds values that are not finite"}) {
    CAPTURE(want);
    CHECK(error.find(want) != std::string::npos);
  }
}

TEST_CASE("options out of range") {
  struct Row {
    const char* name;
    CraftOptions options;
    const char* want;
  };
  const Row rows[] = {
      {"not a multiple", options(770, 768), "height = 770 is not a multiple of 32; the next one is 800"},
      {"too small", options(768, 0), "width = 0 is outside 32..16384"},
      {"too large", options(16416, 768), "height = 16416 is outside 32..16384"},
      {"no image", options(768, 768, 0), "batch = 0 is outside 1..1024"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(test::error_of([&] { craft_onnx(row.options); }).find(row.want) != std::string::npos);
  }
}

TEST_CASE("the words for weights") {
  struct Row {
    const char* text;
    WeightChoice::Source source;
    std::uint64_t seed;
  };
  const Row rows[] = {{"demo", WeightChoice::Source::demo, 1},
                      {"random", WeightChoice::Source::random, 1},
                      {"random:0", WeightChoice::Source::random, 0},
                      {"random:18446744073709551615", WeightChoice::Source::random, 18446744073709551615U},
                      {"dir/craft.safetensors", WeightChoice::Source::file, 0}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_weight_choice(row.text).source == row.source);
    CHECK(parse_weight_choice(row.text).seed == row.seed);
  }
  for (const char* wrong : {"", "random:", "random:x", "random:-1", "random:1x", "random:18446744073709551616"}) {
    CAPTURE(wrong);
    CHECK(test::error_of([&] { parse_weight_choice(wrong); }) != "");
  }
}

TEST_CASE("a model that cannot be written leaves nothing behind") {
  const test::ScratchFolder folder("craft_unwritable");
  const std::string error = test::error_of([&] { write_craft(options(32, 32), folder / "none/m.onnx"); });
  CHECK(error.find("cannot be written") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder / "none"));
}
