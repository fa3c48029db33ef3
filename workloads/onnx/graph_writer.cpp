#include "workloads/onnx/graph_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <set>

#include "workloads/onnx/attributes.h"

namespace inf::workloads {

static_assert(std::endian::native == std::endian::little, "raw_data of an ONNX tensor is little endian");

struct GraphWriter::Shared {
  onnx::GraphProto* main;
  std::map<std::string, int> used;  // node names
  std::set<std::string> initialisers;
};

GraphWriter::GraphWriter(onnx::GraphProto& main)
    : graph_(&main), shared_(std::make_shared<Shared>(Shared{&main, {}, {}})) {}

GraphWriter GraphWriter::inside(onnx::GraphProto& body) const { return {body, shared_}; }

bool GraphWriter::has(const std::string& initialiser) const { return shared_->initialisers.contains(initialiser); }

onnx::NodeProto& GraphWriter::add(const char* type, const std::string& scope, const Inputs& inputs, int outputs) {
  onnx::NodeProto& node = *graph_->add_node();
  std::string name = fmt::format("{}/{}", scope, type);
  const int times = shared_->used[name]++;
  if (times > 0) name += fmt::format("_{}", times);
  node.set_name(name);
  node.set_op_type(type);
  for (const std::string& input : inputs) node.add_input(input);
  for (int i = 0; i < outputs; ++i) node.add_output(fmt::format("{}_output_{}", name, i));
  return node;
}

std::string GraphWriter::op(const char* type, const std::string& scope, const Inputs& inputs) {
  return add(type, scope, inputs).output(0);
}

std::string GraphWriter::reshape(const std::string& scope, const std::string& x,
                                 const std::vector<std::int64_t>& shape) {
  return op("Reshape", scope, {x, ints({static_cast<std::int64_t>(shape.size())}, shape)});
}

std::string GraphWriter::expand(const std::string& scope, const std::string& x,
                                const std::vector<std::int64_t>& shape) {
  return op("Expand", scope, {x, ints({static_cast<std::int64_t>(shape.size())}, shape)});
}

std::string GraphWriter::transpose(const std::string& scope, const std::string& x,
                                   const std::vector<std::int64_t>& perm) {
  onnx::NodeProto& node = add("Transpose", scope, {x});
  add_ints(node, "perm", perm);
  return node.output(0);
}

std::string GraphWriter::concat(const std::string& scope, const Inputs& inputs, std::int64_t axis) {
  onnx::NodeProto& node = add("Concat", scope, inputs);
  add_int(node, "axis", axis);
  return node.output(0);
}

std::string GraphWriter::gather(const std::string& scope, const std::string& data, const std::string& indices,
                                std::int64_t axis) {
  onnx::NodeProto& node = add("Gather", scope, {data, indices});
  add_int(node, "axis", axis);
  return node.output(0);
}

std::string GraphWriter::slice(const std::string& scope, const std::string& x, std::int64_t axis, std::int64_t from,
                               std::int64_t to) {
  return op("Slice", scope, {x, ints({1}, {from}), ints({1}, {to}), ints({1}, {axis})});
}

std::string GraphWriter::cast(const std::string& scope, const std::string& x, onnx::TensorProto::DataType to) {
  onnx::NodeProto& node = add("Cast", scope, {x});
  add_int(node, "to", to);
  return node.output(0);
}

std::string GraphWriter::floats(const std::string& name, const std::vector<std::int64_t>& shape,
                                const std::vector<float>& data) {
  if (!shared_->initialisers.insert(name).second) return name;
  onnx::TensorProto& tensor = *shared_->main->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t extent : shape) tensor.add_dims(extent);
  tensor.set_raw_data(data.data(), data.size() * sizeof(float));
  return name;
}

std::string GraphWriter::ints(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& data) {
  const std::string name = fmt::format("int64_{}_{}", fmt::join(shape, "x"), fmt::join(data, "_"));
  if (!shared_->initialisers.insert(name).second) return name;
  onnx::TensorProto& tensor = *shared_->main->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  for (const std::int64_t extent : shape) tensor.add_dims(extent);
  for (const std::int64_t value : data) tensor.add_int64_data(value);
  return name;
}

std::string GraphWriter::scalar(float value) { return floats(fmt::format("float_{}", value), {}, {value}); }

void GraphWriter::name_output(const std::string& from, const std::string& to) {
  for (onnx::NodeProto& node : *graph_->mutable_node()) {
    for (std::string& name : *node.mutable_output()) name = name == from ? to : name;
    for (std::string& name : *node.mutable_input()) name = name == from ? to : name;
  }
}

}  // namespace inf::workloads
