#include "tests/compiler/import/build_onnx.h"

#include <onnx/onnx_pb.h>

#include <bit>
#include <cstring>
#include <fstream>
#include <map>

namespace inf::tests {
namespace {

int type_number(const std::string& type) {
  static const std::map<std::string, int> kTypes = {
      {"float", 1},  {"uint8", 2}, {"int8", 3},     {"uint16", 4},  {"int16", 5},   {"int32", 6},   {"int64", 7},
      {"string", 8}, {"bool", 9},  {"float16", 10}, {"double", 11}, {"uint32", 12}, {"uint64", 13}, {"bfloat16", 16}};
  return kTypes.at(type);
}

/// Exact for the values tests use: normal fp16 numbers, zero, infinity and NaN.
std::uint16_t half_bits(double v) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(v));
  const std::uint32_t sign = bits >> 16 & 0x8000u, exponent = bits >> 23 & 255u, fraction = bits >> 13 & 0x3ffu;
  if (exponent == 255) return static_cast<std::uint16_t>(sign | 0x7c00u | fraction);
  if (exponent < 113)
    return static_cast<std::uint16_t>(sign | (exponent == 0 ? 0u : (0x400u | fraction) >> (113 - exponent)));
  return static_cast<std::uint16_t>(sign | (exponent - 112) << 10 | fraction);
}
std::uint16_t bfloat_bits(double v) {
  return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(v)) >> 16);
}

template <class T>
void append(std::string& raw, T v) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &v, sizeof(T));
  raw.append(bytes, sizeof(T));
}

void append_raw(std::string& raw, const std::string& type, double v) {
  if (type == "float")
    append(raw, static_cast<float>(v));
  else if (type == "double")
    append(raw, v);
  else if (type == "float16")
    append(raw, half_bits(v));
  else if (type == "bfloat16")
    append(raw, bfloat_bits(v));
  else if (type == "int64")
    append(raw, static_cast<std::int64_t>(v));
  else if (type == "int32")
    append(raw, static_cast<std::int32_t>(v));
  else if (type == "int16")
    append(raw, static_cast<std::int16_t>(v));
  else if (type == "int8")
    append(raw, static_cast<std::int8_t>(v));
  else
    append(raw, static_cast<std::uint8_t>(v));
}

void add_typed(onnx::TensorProto& t, const std::string& type, double v) {
  if (type == "float")
    t.add_float_data(static_cast<float>(v));
  else if (type == "double")
    t.add_double_data(v);
  else if (type == "int64")
    t.add_int64_data(static_cast<std::int64_t>(v));
  else if (type == "float16")
    t.add_int32_data(half_bits(v));
  else if (type == "bfloat16")
    t.add_int32_data(bfloat_bits(v));
  else
    t.add_int32_data(static_cast<std::int32_t>(v));
}

void fill(onnx::TensorProto& t, const TensorSpec& spec) {
  t.set_data_type(type_number(spec.type));
  for (const std::int64_t d : spec.dims) t.add_dims(d);
  if (spec.raw) {
    std::string raw;
    for (const double v : spec.values) append_raw(raw, spec.type, v);
    t.set_raw_data(raw);
  } else {
    for (const double v : spec.values) add_typed(t, spec.type, v);
  }
}

struct FillAttribute {
  onnx::AttributeProto& a;
  void operator()(std::int64_t v) const { a.set_type(onnx::AttributeProto::INT), a.set_i(v); }
  void operator()(float v) const { a.set_type(onnx::AttributeProto::FLOAT), a.set_f(v); }
  void operator()(const std::string& v) const { a.set_type(onnx::AttributeProto::STRING), a.set_s(v); }
  void operator()(const Dims& v) const {
    a.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t i : v) a.add_ints(i);
  }
  void operator()(const std::vector<float>& v) const {
    a.set_type(onnx::AttributeProto::FLOATS);
    for (const float f : v) a.add_floats(f);
  }
  void operator()(const std::vector<std::string>& v) const {
    a.set_type(onnx::AttributeProto::STRINGS);
    for (const std::string& word : v) a.add_strings(word);
  }
  void operator()(const std::shared_ptr<OnnxBuilder>& v) const {
    a.set_type(onnx::AttributeProto::GRAPH);
    a.mutable_g()->ParseFromString(v->graph_bytes());
  }
  void operator()(const TensorSpec& v) const { a.set_type(onnx::AttributeProto::TENSOR), fill(*a.mutable_t(), v); }
};

}  // namespace

TensorSpec floats(Dims dims, std::vector<double> values) { return {"float", std::move(dims), std::move(values), true}; }
TensorSpec ints(std::vector<double> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return {"int64", {count}, std::move(values), true};
}
TensorSpec scalar(const std::string& type, double value) { return {type, {}, {value}, true}; }

TensorSpec noise(Dims dims, unsigned seed, double scale) {
  std::int64_t count = 1;
  for (const std::int64_t d : dims) count *= d;
  std::vector<double> values;
  std::uint32_t state = seed * 2654435761u + 12345u;
  for (std::int64_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    values.push_back((static_cast<double>(state >> 16) / 32768.0 - 1.0) * scale);
  }
  return floats(std::move(dims), std::move(values));
}

struct OnnxBuilder::Impl {
  onnx::ModelProto model;
};

OnnxBuilder::OnnxBuilder(int version) : impl_(std::make_unique<Impl>()) {
  impl_->model.set_ir_version(7);
  impl_->model.mutable_graph()->set_name("test");
  if (version > 0) opset("", version);
}
OnnxBuilder::~OnnxBuilder() = default;
OnnxBuilder::OnnxBuilder(OnnxBuilder&&) noexcept = default;

OnnxBuilder& OnnxBuilder::opset(const std::string& domain, int version) {
  auto& o = *impl_->model.add_opset_import();
  o.set_domain(domain), o.set_version(version);
  return *this;
}

OnnxBuilder& OnnxBuilder::input(const std::string& name, const Dims& dims, const std::string& type,
                                const std::vector<std::string>& symbols) {
  auto& v = *impl_->model.mutable_graph()->add_input();
  v.set_name(name);
  auto& tensor = *v.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type_number(type));
  tensor.mutable_shape();
  for (std::size_t i = 0; i < dims.size(); ++i) {
    auto& d = *tensor.mutable_shape()->add_dim();
    if (dims[i] != 0)
      d.set_dim_value(dims[i]);
    else if (i < symbols.size() && !symbols[i].empty())
      d.set_dim_param(symbols[i]);
  }
  return *this;
}

OnnxBuilder& OnnxBuilder::weight(const std::string& name, const TensorSpec& spec) {
  auto& t = *impl_->model.mutable_graph()->add_initializer();
  t.set_name(name);
  fill(t, spec);
  return *this;
}

OnnxBuilder& OnnxBuilder::random(const std::string& name, const Dims& dims, unsigned seed, float scale, float offset) {
  auto& t = *impl_->model.mutable_graph()->add_initializer();
  t.set_name(name), t.set_data_type(type_number("float"));
  std::size_t count = 1;
  for (const std::int64_t d : dims) t.add_dims(d), count *= static_cast<std::size_t>(d);
  std::string& raw = *t.mutable_raw_data();
  raw.resize(count * sizeof(float));
  std::uint32_t state = seed * 2654435761u + 12345u;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    const float v = (static_cast<float>(state >> 16) / 32768.0f - 1.0f) * scale + offset;
    std::memcpy(raw.data() + i * sizeof(float), &v, sizeof(float));
  }
  return *this;
}

OnnxBuilder& OnnxBuilder::zeros(const std::string& name, std::int64_t count) {
  auto& t = *impl_->model.mutable_graph()->add_initializer();
  t.set_name(name), t.set_data_type(type_number("float")), t.add_dims(count);
  t.mutable_raw_data()->assign(static_cast<std::size_t>(count) * 4, '\0');
  return *this;
}

OnnxBuilder& OnnxBuilder::external(const std::string& name, const std::string& type, const Dims& dims,
                                   const std::string& location, std::int64_t offset, std::int64_t length) {
  auto& t = *impl_->model.mutable_graph()->add_initializer();
  t.set_name(name), t.set_data_type(type_number(type)), t.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const std::int64_t d : dims) t.add_dims(d);
  const auto entry = [&](const char* key, const std::string& value) {
    auto& e = *t.add_external_data();
    e.set_key(key), e.set_value(value);
  };
  entry("location", location);
  if (offset != 0) entry("offset", std::to_string(offset));
  if (length >= 0) entry("length", std::to_string(length));
  return *this;
}

OnnxBuilder& OnnxBuilder::node(const std::string& type, const std::vector<std::string>& inputs,
                               const std::vector<std::string>& outputs, const std::vector<Attr>& attributes,
                               const std::string& name, const std::string& domain) {
  auto& n = *impl_->model.mutable_graph()->add_node();
  n.set_op_type(type), n.set_name(name), n.set_domain(domain);
  for (const std::string& i : inputs) n.add_input(i);
  for (const std::string& o : outputs) n.add_output(o);
  for (const Attr& attribute : attributes) {
    auto& a = *n.add_attribute();
    a.set_name(attribute.name);
    std::visit(FillAttribute{a}, attribute.value);
  }
  return *this;
}

OnnxBuilder& OnnxBuilder::output(const std::string& name, const Dims& dims, const std::string& type) {
  auto& v = *impl_->model.mutable_graph()->add_output();
  v.set_name(name);
  auto& tensor = *v.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type_number(type));
  for (const std::int64_t d : dims)
    tensor.mutable_shape()->add_dim()->set_dim_value(d);  // no dims leave the shape open
  return *this;
}

std::string OnnxBuilder::graph_bytes() const { return impl_->model.graph().SerializeAsString(); }

std::string OnnxBuilder::bytes() const { return impl_->model.SerializeAsString(); }

void OnnxBuilder::save(const std::filesystem::path& file) const {
  std::ofstream out(file, std::ios::binary);
  impl_->model.SerializeToOstream(&out);
}

}  // namespace inf::tests
