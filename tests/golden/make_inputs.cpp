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

void set_shape(onnx::ValueInfoProto* value, const std::string& name, const std::vector<std::string>& sizes,
               onnx::TensorProto::DataType type = onnx::TensorProto::FLOAT) {
  value->set_name(name);
  onnx::TypeProto::Tensor* tensor = value->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
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

/// x [batch, seq, 8] -> product -> relu -> y [batch, seq, 4], with a mask [batch, seq, 1] that multiplies.
onnx::ModelProto sequence_model() {
  onnx::ModelProto model = empty_model({"batch", "seq", "8"});
  onnx::GraphProto* graph = model.mutable_graph();
  set_shape(graph->add_input(), "mask", {"batch", "seq", "1"});
  add_weights(graph, "w", {8, 4}, 0.25F);
  add_node(graph, "MatMul", {"x", "w"}, "product");
  add_node(graph, "Relu", {"product"}, "relu");
  add_node(graph, "Mul", {"relu", "mask"}, "y");
  set_shape(graph->add_output(), "y", {"batch", "seq", "4"});
  return model;
}

/// Tokens [batch, seq] -> embedding -> product -> relu.
onnx::ModelProto embedding_model() {
  onnx::ModelProto model = empty_model({"batch", "seq"});
  onnx::GraphProto* graph = model.mutable_graph();
  graph->clear_input();
  set_shape(graph->add_input(), "ids", {"batch", "seq"}, onnx::TensorProto::INT64);
  add_weights(graph, "table", {16, 8}, 0.5F);
  add_weights(graph, "w", {8, 4}, 0.25F);
  add_node(graph, "Gather", {"table", "ids"}, "rows");
  add_node(graph, "MatMul", {"rows", "w"}, "product");
  add_node(graph, "Relu", {"product"}, "relu");
  set_shape(graph->add_output(), "relu", {"batch", "seq", "4"});
  return model;
}

/// The same beside two operators that nothing here runs.
onnx::ModelProto mixed_model() {
  onnx::ModelProto model = embedding_model();
  add_node(model.mutable_graph(), "NonZero", {"relu"}, "places");
  add_node(model.mutable_graph(), "NonZero", {"product"}, "other_places");
  return model;
}

/// x [1, 4] -> five rounds of a loop whose carried value grows by a row in each -> y, and a relu beside it.
onnx::ModelProto growing_model() {
  onnx::ModelProto model = empty_model({"1", "4"});
  onnx::GraphProto* graph = model.mutable_graph();
  onnx::TensorProto* trips = graph->add_initializer();
  trips->set_name("trips");
  trips->set_data_type(onnx::TensorProto::INT64);
  constexpr std::int64_t kTrips = 5;
  trips->add_int64_data(kTrips);
  onnx::GraphProto body;
  body.set_name("body");
  set_shape(body.add_input(), "round", {}, onnx::TensorProto::INT64);
  set_shape(body.add_input(), "goes_on", {}, onnx::TensorProto::BOOL);
  set_shape(body.add_input(), "prefix", {"1", "4"});
  onnx::NodeProto* join = add_node(&body, "Concat", {"prefix", "x"}, "longer");
  onnx::AttributeProto* axis = join->add_attribute();
  axis->set_name("axis");
  axis->set_type(onnx::AttributeProto::INT);
  axis->set_i(0);
  add_node(&body, "Identity", {"goes_on"}, "again");
  set_shape(body.add_output(), "again", {}, onnx::TensorProto::BOOL);
  set_shape(body.add_output(), "longer", {"rows", "4"});
  onnx::AttributeProto* attribute = add_node(graph, "Loop", {"trips", "", "x"}, "y")->add_attribute();
  attribute->set_name("body");
  attribute->set_type(onnx::AttributeProto::GRAPH);
  *attribute->mutable_g() = body;
  add_node(graph, "Relu", {"x"}, "relu");
  set_shape(graph->add_output(), "y", {"rows", "4"});
  set_shape(graph->add_output(), "relu", {"1", "4"});
  return model;
}

/// A NumPy file of one fp32 value again and again. Magic and header together are a multiple of 64 bytes.
std::string filled(const std::string& shape, int count, float value = 1) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
  constexpr std::size_t kHeader = 118;
  header.resize(kHeader - 1, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(kHeader);
  bytes += '\0';
  bytes += header;
  for (int i = 0; i < count; ++i) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  return bytes;
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
  write(folder / "sequence.onnx", sequence_model().SerializeAsString());
  write(folder / "embedding.onnx", embedding_model().SerializeAsString());
  write(folder / "mixed.onnx", mixed_model().SerializeAsString());
  write(folder / "growing.onnx", growing_model().SerializeAsString());
  write(folder / "x_10.npy", filled("1, 10, 8", 80));
  write(folder / "mask_10.npy", filled("1, 10, 1", 10));
  write(folder / "mask_12.npy", filled("1, 12, 1", 12));
  write(folder / "ids_99.npy", filled("1, 4", 4, 99));
  write(folder / "ids_minus_17.npy", filled("1, 4", 4, -17));
  write(folder / "mask_flat.npy", filled("1, 10", 10));
  return 0;
}
