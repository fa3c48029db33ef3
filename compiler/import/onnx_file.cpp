#include <fmt/format.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <map>
#include <set>

#include "compiler/import/model.h"
#include "compiler/import/onnx_proto.h"
#include "compiler/import/onnx_tensor.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

std::shared_ptr<const Model> read_body(onnx::GraphProto& graph, const std::string& label, const Origin& origin);

Attribute read_attribute(onnx::AttributeProto& a, const std::string& label, const Origin& origin) {
  using Type = onnx::AttributeProto;
  switch (a.type()) {
    case Type::GRAPH: return read_body(*a.mutable_g(), label, origin);
    case Type::INT: return a.i();
    case Type::FLOAT: return a.f();
    case Type::STRING: return a.s();
    case Type::INTS: return std::vector<std::int64_t>(a.ints().begin(), a.ints().end());
    case Type::FLOATS: return std::vector<float>(a.floats().begin(), a.floats().end());
    case Type::STRINGS: return std::vector<std::string>(a.strings().begin(), a.strings().end());
    case Type::TENSOR: return read_tensor(*a.mutable_t(), fmt::format("{}.{}", label, a.name()), origin);
    case Type::UNDEFINED: break;
    default: return std::monostate{};
  }
  // Writers of early files left the type out; the field that is set tells it.
  if (a.has_i()) return a.i();
  if (a.has_f()) return a.f();
  if (a.has_s()) return a.s();
  if (a.ints_size() > 0) return std::vector<std::int64_t>(a.ints().begin(), a.ints().end());
  if (a.floats_size() > 0) return std::vector<float>(a.floats().begin(), a.floats().end());
  if (a.has_t()) return read_tensor(*a.mutable_t(), fmt::format("{}.{}", label, a.name()), origin);
  return std::monostate{};
}

std::vector<ModelNode> read_nodes(onnx::GraphProto& graph, const Origin& origin) {
  std::vector<std::string> labels = node_labels(graph);
  std::vector<ModelNode> nodes;
  nodes.reserve(static_cast<std::size_t>(graph.node_size()));
  for (auto& n : *graph.mutable_node()) {
    ModelNode node;
    node.label = std::move(labels[nodes.size()]);
    node.type = n.op_type(), node.domain = n.domain();
    node.inputs.assign(n.input().begin(), n.input().end());
    node.outputs.assign(n.output().begin(), n.output().end());
    for (auto& a : *n.mutable_attribute()) node.attributes.emplace(a.name(), read_attribute(a, node.label, origin));
    nodes.push_back(std::move(node));
  }
  return nodes;
}

ModelValue read_value(const onnx::ValueInfoProto& v) {
  ModelValue value{v.name(), "a type that is no tensor", false, {}};
  if (!v.type().has_tensor_type()) return value;
  const auto& tensor = v.type().tensor_type();
  value.type = type_name(tensor.elem_type());
  value.has_shape = tensor.has_shape();
  for (const auto& d : tensor.shape().dim()) {
    if (d.has_dim_value() && d.dim_value() > 0)
      value.dimensions.emplace_back(static_cast<std::int64_t>(d.dim_value()));
    else
      value.dimensions.emplace_back(d.dim_param());
  }
  return value;
}

std::int64_t read_opset(const onnx::ModelProto& proto, const std::string& file) {
  std::int64_t opset = 0;
  for (const auto& o : proto.opset_import())
    if (o.domain().empty() || o.domain() == "ai.onnx") opset = o.version();
  if (opset == 0)
    throw Error(ErrorKind::import, file, "the model names no opset of the domain ai.onnx",
                {"the file is truncated or was not written by an ONNX exporter"});
  if (opset < kOldestOpset || opset > kNewestOpset)
    throw Error(
        ErrorKind::unsupported, file,
        fmt::format("the model uses opset {}, supported are {} to {}", opset, kOldestOpset, kNewestOpset),
        {fmt::format("export with opset_version={} or convert the file with ONNX's version converter", kNewestOpset)});
  return opset;
}

/// Names that the nodes of a body read and nothing in it writes, each once.
std::vector<std::string> captured(const Model& body) {
  std::set<std::string> own;
  for (const auto& [name, tensor] : body.initialisers) own.insert(name);
  for (const ModelValue& v : body.inputs) own.insert(v.name);
  for (const ModelNode& n : body.nodes) own.insert(n.outputs.begin(), n.outputs.end());
  std::vector<std::string> outer;
  const auto look = [&](const std::string& name) {
    if (own.insert(name).second) outer.push_back(name);
  };
  for (const ModelNode& n : body.nodes)
    for (const std::string& name : reads(n)) look(name);
  for (const ModelValue& v : body.outputs) look(v.name);
  return outer;
}

void read_graph(onnx::GraphProto& graph, const Origin& origin, Model& model) {
  model.name = graph.name();
  if (graph.sparse_initializer_size() > 0)
    throw Error(ErrorKind::unsupported, origin.file, "the model has sparse initialisers",
                {"store the weights as dense tensors"});
  for (auto& t : *graph.mutable_initializer())
    if (!model.initialisers.emplace(t.name(), read_tensor(t, t.name(), origin)).second)
      throw Error(ErrorKind::import, origin.file, fmt::format("initialiser '{}' appears twice", t.name()),
                  {"every name has one value; export the model again"});
  for (const auto& v : graph.input())
    if (!model.initialisers.contains(v.name())) model.inputs.push_back(read_value(v));
  for (const auto& v : graph.output()) model.outputs.push_back(read_value(v));
  model.nodes = read_nodes(graph, origin);
}

std::shared_ptr<const Model> read_body(onnx::GraphProto& graph, const std::string& label, const Origin& origin) {
  auto body = std::make_shared<Model>();
  body->opset = origin.opset;
  body->file = fmt::format("{}: body of '{}'", origin.file, label);
  read_graph(graph, origin, *body);
  body->captured = captured(*body);
  return body;
}

/// Gives every input its bound sizes, so that ONNX's inference works on numbers.
void bind(onnx::GraphProto& graph, const ReadOptions& options) {
  for (auto& v : *graph.mutable_input()) {
    if (!v.type().has_tensor_type()) continue;
    auto& shape = *v.mutable_type()->mutable_tensor_type()->mutable_shape();
    if (const auto whole = options.shapes.find(v.name()); whole != options.shapes.end()) {
      shape.clear_dim();
      for (const std::int64_t d : whole->second) shape.add_dim()->set_dim_value(d);
    }
    for (auto& d : *shape.mutable_dim())
      if (const auto at = options.symbols.find(d.dim_param()); d.has_dim_param() && at != options.symbols.end())
        d.set_dim_value(at->second);
    if (options.batch && shape.dim_size() > 0) shape.mutable_dim(0)->set_dim_value(*options.batch);
  }
  if (!options.batch) return;
  graph.clear_value_info();  // of another batch
  for (auto& v : *graph.mutable_output()) v.mutable_type()->mutable_tensor_type()->clear_shape();
}

/// What ONNX's own shape inference says of the values between nodes; nothing where it gives up.
std::map<std::string, ModelValue> infer(onnx::ModelProto& proto, const ReadOptions& options) {
  const auto inputs = proto.graph().input(), outputs = proto.graph().output();
  bind(*proto.mutable_graph(), options);
  try {
    onnx::shape_inference::InferShapes(proto);
  } catch (const std::exception&) {
    // a node that the library does not know ends its inference; what the file declares remains
  }
  std::map<std::string, ModelValue> found;
  for (const auto& v : proto.graph().value_info()) found.emplace(v.name(), read_value(v));
  for (const auto& v : proto.graph().output()) found.emplace(v.name(), read_value(v));
  // The importer binds and checks what the file declares itself.
  *proto.mutable_graph()->mutable_input() = inputs;
  *proto.mutable_graph()->mutable_output() = outputs;
  return found;
}

Model convert(onnx::ModelProto& proto, Origin origin, const ReadOptions& options) {
  if (!proto.has_graph())
    throw Error(ErrorKind::import, origin.file, "not an ONNX model: it holds no graph",
                {"expected the protobuf form of an ONNX model (*.onnx)"});
  Model model;
  model.file = origin.file;
  model.opset = origin.opset = read_opset(proto, origin.file);
  if (options.infer_shapes) model.inferred = infer(proto, options);
  read_graph(*proto.mutable_graph(), origin, model);
  return model;
}

}  // namespace

Model read_model(const std::filesystem::path& file, const ReadOptions& options) {
  onnx::ModelProto proto;
  parse_model(file, proto);
  std::filesystem::path folder = file.parent_path();
  return convert(proto, {file.string(), folder.empty() ? "." : folder, 0}, options);
}

Model read_model(std::string_view bytes, const std::string& name, const ReadOptions& options) {
  onnx::ModelProto proto;
  parse_model(bytes, name, proto);
  return convert(proto, {name, {}, 0}, options);
}

}  // namespace inf::compiler::importer
