#include <onnx/onnx_pb.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

// Writes the models that golden cases feed to inf-sim: one good, the others each broken in one way.
//   make_inputs FOLDER
namespace {

constexpr int kOpset = 13;
constexpr int kIrVersion = 7;

void set_shape(onnx::ValueInfoProto* value, const std::string& name, const std::vector<std::string>& sizes) {
  value->set_name(name);
  onnx::TypeProto::Tensor* tensor = value->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::string& size : sizes) {
    onnx::TensorShapeProto::Dimension* dim = tensor->mutable_shape()->add_dim();
    if (size.find_first_not_of("0123456789") == std::string::npos)
      dim->set_dim_value(std::stoll(size));
    else
      dim->set_dim_param(size);
  }
}

void add_weights(onnx::GraphProto* graph, const std::string& name, const std::vector<std::int64_t>& shape,
                 float value) {
  onnx::TensorProto* tensor = graph->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(onnx::TensorProto::FLOAT);
  std::int64_t count = 1;
  for (const std::int64_t size : shape) tensor->add_dims(size), count *= size;
  for (std::int64_t i = 0; i < count; ++i) tensor->add_float_data(value);
}

onnx::NodeProto* add_node(onnx::GraphProto* graph, const std::string& type, const std::vector<std::string>& inputs,
                          const std::string& output) {
  onnx::NodeProto* node = graph->add_node();
  node->set_op_type(type);
  node->set_name(output + "_node");
  for (const std::string& input : inputs) node->add_input(input);
  node->add_output(output);
  return node;
}

void set_text(onnx::NodeProto* node, const std::string& name, const std::string& value) {
  onnx::AttributeProto* attribute = node->add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::STRING);
  attribute->set_s(value);
}

onnx::ModelProto empty_model(const std::vector<std::string>& input) {
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.add_opset_import()->set_version(kOpset);
  model.mutable_graph()->set_name("golden");
  set_shape(model.mutable_graph()->add_input(), "x", input);
  return model;
}

/// x [1,4,8,8] -> 1x1 convolution -> relu -> y
onnx::ModelProto small_model(float weight = 0.25F) {
  onnx::ModelProto model = empty_model({"1", "4", "8", "8"});
  onnx::GraphProto* graph = model.mutable_graph();
  add_weights(graph, "w", {4, 4, 1, 1}, weight);
  add_node(graph, "Conv", {"x", "w"}, "conv");
  add_node(graph, "Relu", {"conv"}, "y");
  set_shape(graph->add_output(), "y", {"1", "4", "8", "8"});
  return model;
}

onnx::ModelProto one_node(const std::string& type, const std::vector<std::string>& shape) {
  onnx::ModelProto model = empty_model(shape);
  add_node(model.mutable_graph(), type, {"x"}, "y");
  set_shape(model.mutable_graph()->add_output(), "y", shape);
  return model;
}

onnx::ModelProto cubic_resize() {
  onnx::ModelProto model = empty_model({"1", "4", "8", "8"});
  onnx::GraphProto* graph = model.mutable_graph();
  onnx::TensorProto* scales = graph->add_initializer();
  scales->set_name("scales");
  scales->set_data_type(onnx::TensorProto::FLOAT);
  scales->add_dims(4);
  for (const float s : {1.F, 1.F, 2.F, 2.F}) scales->add_float_data(s);
  set_text(add_node(graph, "Resize", {"x", "", "scales"}, "y"), "mode", "cubic");
  set_shape(graph->add_output(), "y", {"1", "4", "16", "16"});
  return model;
}

onnx::ModelProto newer_opset() {
  onnx::ModelProto model = small_model();
  constexpr int kTooNew = 23;
  model.mutable_opset_import(0)->set_version(kTooNew);
  return model;
}

/// Weights of 5 channels for an input of 4.
onnx::ModelProto wrong_shape() {
  onnx::ModelProto model = small_model();
  model.mutable_graph()->clear_initializer();
  add_weights(model.mutable_graph(), "w", {4, 5, 1, 1}, 1);
  return model;
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_inputs FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const std::string small = small_model().SerializeAsString();
  write(folder / "small.onnx", small);
  write(folder / "truncated.onnx", small.substr(0, small.size() / 2));
  write(folder / "nan_weights.onnx", small_model(std::numeric_limits<float>::quiet_NaN()).SerializeAsString());
  write(folder / "unknown_operator.onnx", one_node("NonZero", {"1", "4", "8", "8"}).SerializeAsString());
  write(folder / "invented_operator.onnx", one_node("Reluu", {"1", "4", "8", "8"}).SerializeAsString());
  write(folder / "open_dimension.onnx", one_node("Relu", {"batch", "4", "8", "8"}).SerializeAsString());
  write(folder / "cubic_resize.onnx", cubic_resize().SerializeAsString());
  write(folder / "newer_opset.onnx", newer_opset().SerializeAsString());
  write(folder / "wrong_shape.onnx", wrong_shape().SerializeAsString());
  return 0;
}
