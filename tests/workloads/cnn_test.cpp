#include <doctest/doctest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <map>

#include "tests/workloads/files.h"
#include "workloads/cnn/cnn.h"
#include "workloads/cnn/layers.h"

using namespace inf;
using namespace inf::workloads;

namespace {

CnnOptions options(const char* name, std::int64_t side = 224, std::int64_t batch = 1) {
  const CnnShape* shape = find_cnn(name);
  REQUIRE(shape != nullptr);
  return {.shape = *shape, .batch = batch, .height = side, .width = side};
}

std::int64_t parameters(const CnnShape& shape) {
  std::size_t sum = 0;
  for (const ModelTensor& tensor : cnn_tensors(shape))
    if (!tensor.need.name.ends_with("running_mean") && !tensor.need.name.ends_with("running_var"))
      sum += element_count(tensor.need.shape);
  return static_cast<std::int64_t>(sum);
}

}  // namespace

TEST_CASE("classifiers have the parameters and the convolutions that torchvision lists") {
  struct Row {
    const char* name;
    std::int64_t parameters;
    int convolutions;
  };
  const Row rows[] = {{"resnet18", 11689512, 20},   {"resnet34", 21797672, 36},   {"resnet50", 25557032, 53},
                      {"resnet101", 44549160, 104}, {"resnet152", 60192808, 155}, {"vgg11", 132863336, 8},
                      {"vgg13", 133047848, 10},     {"vgg16", 138357544, 13},     {"vgg19", 143667240, 16}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const CnnShape* shape = find_cnn(row.name);
    REQUIRE(shape != nullptr);
    CHECK(parameters(*shape) == row.parameters);
    int convolutions = 0;
    for (const ModelTensor& tensor : cnn_tensors(*shape)) convolutions += tensor.need.shape.size() == 4;
    CHECK(convolutions == row.convolutions);
  }
  CHECK(find_cnn("resnet20") == nullptr);
}

TEST_CASE("a classifier is valid ONNX whose inferred shapes are the documented ones") {
  struct Row {
    const char* name;
    std::int64_t side, batch;
  };
  for (const Row& row : {Row{"resnet18", 64, 3}, Row{"resnet50", 33, 1}}) {
    CAPTURE(row.name);
    onnx::ModelProto model;
    REQUIRE(model.ParseFromString(cnn_onnx(options(row.name, row.side, row.batch))));
    onnx::checker::check_model(model);
    model.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(),
                                       onnx::ShapeInferenceOptions(true, 1, true));
    const auto& shape = model.graph().output(0).type().tensor_type().shape();
    REQUIRE(shape.dim_size() == 2);
    CHECK(shape.dim(0).dim_value() == row.batch);
    CHECK(shape.dim(1).dim_value() == 1000);
  }
}

TEST_CASE("node names follow the modules; the 3x3 convolution strides, in the form of 2016 the first 1x1") {
  struct Row {
    const char* name;
    std::int64_t first, second;
  };
  for (const Row& row : {Row{"resnet50", 1, 2}, Row{"resnet50-v1", 2, 1}}) {
    CAPTURE(row.name);
    onnx::ModelProto model;
    REQUIRE(model.ParseFromString(cnn_onnx(options(row.name, 32))));
    std::map<std::string, std::int64_t> strides;
    for (const auto& node : model.graph().node())
      for (const auto& attribute : node.attribute())
        if (attribute.name() == "strides") strides[node.name()] = attribute.ints(0);
    CHECK(strides.at("/layer2/layer2.0/conv1/Conv") == row.first);
    CHECK(strides.at("/layer2/layer2.0/conv2/Conv") == row.second);
    CHECK(strides.at("/layer2/layer2.0/downsample/downsample.0/Conv") == 2);
    CHECK(strides.at("/conv1/Conv") == 2);
  }
}

TEST_CASE("what cannot be built is refused") {
  struct Row {
    const char* name;
    CnnOptions options;
    const char* want;
  };
  CnnOptions demo = options("resnet18", 32);
  demo.weights.source = WeightChoice::Source::demo;
  const Row rows[] = {{"no picture", options("resnet18", 224, 0), "batch = 0 is outside 1..1024"},
                      {"too small", options("resnet18", 16), "height = 16 is outside 32..4096"},
                      {"windows that do not fit", options("vgg11", 256), "height = 256 is no multiple of 224"},
                      {"no such weights", demo, "built-in model resnet18: has no demo weights"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(test::error_of([&] { cnn_onnx(row.options); }).find(row.want) != std::string::npos);
  }
}

TEST_CASE("weights come from a file under torchvision's names") {
  const test::ScratchFolder folder("cnn_file");
  CnnOptions o = options("resnet18", 32);
  o.weights.seed = 7;
  write_cnn(o, folder / "w.onnx");
  CnnOptions from_file = options("resnet18", 32);
  from_file.weights = parse_weight_choice((folder / "w.onnx").string());
  CHECK(cnn_onnx(from_file) == cnn_onnx(o));
  from_file.shape = *find_cnn("resnet34");
  CHECK(test::error_of([&] { cnn_onnx(from_file); }).find("layer1.2.conv1.weight [64,64,3,3] is missing") !=
        std::string::npos);
}
