#include "workloads/onnx/attributes.h"

namespace inf::workloads {
namespace {

onnx::AttributeProto& add(onnx::NodeProto& node, const char* name, onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

}  // namespace

void add_ints(onnx::NodeProto& node, const char* name, const std::vector<std::int64_t>& values) {
  onnx::AttributeProto& attribute = add(node, name, onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

void add_int(onnx::NodeProto& node, const char* name, std::int64_t value) {
  add(node, name, onnx::AttributeProto::INT).set_i(value);
}

void add_float(onnx::NodeProto& node, const char* name, float value) {
  add(node, name, onnx::AttributeProto::FLOAT).set_f(value);
}

void add_string(onnx::NodeProto& node, const char* name, const char* value) {
  add(node, name, onnx::AttributeProto::STRING).set_s(value);
}

void describe(onnx::ValueInfoProto& value, const std::string& name, const std::vector<std::int64_t>& shape,
              onnx::TensorProto::DataType type) {
  value.set_name(name);
  onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape();
  for (const std::int64_t extent : shape) tensor.mutable_shape()->add_dim()->set_dim_value(extent);
}

}  // namespace inf::workloads
