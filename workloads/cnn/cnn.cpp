#include "workloads/cnn/cnn.h"

#include <fmt/format.h>

#include "isa/base/atomic_file.h"
#include "workloads/cnn/layers.h"
#include "workloads/onnx/attributes.h"
#include "workloads/onnx/graph_writer.h"

namespace inf::workloads {
namespace {

constexpr std::int64_t kOpset = 13;
constexpr std::int64_t kIrVersion = 7;  // the one that came with opset 13's releases
constexpr std::int64_t kVggPooled = 7;  // rows and columns that VGG's first linear layer reads

/// "layer1.0.conv1" is the module /layer1/layer1.0/conv1 of an exported model.
std::string scope_of(const std::string& name) {
  std::string scope, path;
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t dot = std::min(name.find('.', start), name.size());
    const std::string part = name.substr(start, dot - start);
    const bool number = !part.empty() && part[0] >= '0' && part[0] <= '9';
    path = number ? path + "." + part : part;
    scope += "/" + path;
    start = dot + 1;
  }
  return scope;
}

class Writer {
 public:
  Writer(onnx::GraphProto& graph, const CnnOptions& options)
      : graph_(graph), weights_(options.weights, cnn_tensors(options.shape), options.shape.name) {}

  std::string conv(const std::string& x, const CnnConv& layer) {
    GraphWriter::Inputs inputs{x, weight(layer.conv + ".weight")};
    if (layer.norm.empty()) inputs.push_back(weight(layer.conv + ".bias"));
    onnx::NodeProto& node = graph_.add("Conv", scope_of(layer.conv), inputs);
    add_ints(node, "dilations", {1, 1});
    add_int(node, "group", 1);
    add_ints(node, "kernel_shape", {layer.kernel, layer.kernel});
    add_ints(node, "pads", {layer.pad, layer.pad, layer.pad, layer.pad});
    add_ints(node, "strides", {layer.stride, layer.stride});
    if (layer.norm.empty()) return node.output(0);
    onnx::NodeProto& norm = graph_.add("BatchNormalization", scope_of(layer.norm),
                                       {node.output(0), weight(layer.norm + ".weight"), weight(layer.norm + ".bias"),
                                        weight(layer.norm + ".running_mean"), weight(layer.norm + ".running_var")});
    add_float(norm, "epsilon", 1e-5F);
    add_float(norm, "momentum", 0.9F);
    return norm.output(0);
  }

  std::string relu(const std::string& scope, const std::string& x) { return graph_.op("Relu", scope, {x}); }

  std::string max_pool(const std::string& scope, const std::string& x, std::int64_t kernel, std::int64_t stride,
                       std::int64_t pad) {
    onnx::NodeProto& node = graph_.add("MaxPool", scope, {x});
    add_int(node, "ceil_mode", 0);
    add_ints(node, "kernel_shape", {kernel, kernel});
    add_ints(node, "pads", {pad, pad, pad, pad});
    add_ints(node, "strides", {stride, stride});
    return node.output(0);
  }

  std::string average_pool(const std::string& scope, const std::string& x, std::int64_t rows, std::int64_t columns) {
    onnx::NodeProto& node = graph_.add("AveragePool", scope, {x});
    add_ints(node, "kernel_shape", {rows, columns});
    add_ints(node, "strides", {rows, columns});
    return node.output(0);
  }

  std::string flatten(const std::string& x) {
    onnx::NodeProto& node = graph_.add("Flatten", "", {x});
    add_int(node, "axis", 1);
    return node.output(0);
  }

  std::string gemm(const std::string& x, const CnnLinear& layer) {
    onnx::NodeProto& node =
        graph_.add("Gemm", scope_of(layer.name), {x, weight(layer.name + ".weight"), weight(layer.name + ".bias")});
    add_float(node, "alpha", 1);
    add_float(node, "beta", 1);
    add_int(node, "transB", 1);
    return node.output(0);
  }

  GraphWriter& graph() { return graph_; }

 private:
  std::string weight(const std::string& name) {
    return graph_.floats_once(name, [&] { return weights_.take(name); });
  }

  GraphWriter graph_;
  WeightSource weights_;
};

std::string write_block(Writer& w, const std::string& x, const ResidualBlock& block) {
  const std::string scope = scope_of(block.name), act = scope + "/relu";
  std::string y = x;
  for (std::size_t i = 0; i < block.convolutions.size(); ++i) {
    if (i > 0) y = w.relu(act, y);
    y = w.conv(y, block.convolutions[i]);
  }
  const std::string shortcut = block.shortcut.empty() ? x : w.conv(x, block.shortcut[0]);
  return w.relu(act, w.graph().op("Add", scope, {y, shortcut}));
}

std::string write_residual(Writer& w, const CnnLayers& layers) {
  std::string x = w.relu("/relu", w.conv(kCnnInput, layers.stem[0]));
  x = w.max_pool("/maxpool", x, 3, 2, 1);
  for (const ResidualBlock& block : layers.blocks) x = write_block(w, x, block);
  x = w.flatten(w.graph().op("GlobalAveragePool", "/avgpool", {x}));
  return w.gemm(x, layers.head[0]);
}

std::string write_vgg(Writer& w, const CnnLayers& layers, const CnnOptions& o) {
  std::string x = kCnnInput;
  int module = 0;
  for (const auto& stage : layers.stages) {
    for (const CnnConv& layer : stage) {
      x = w.relu(fmt::format("/features/features.{}", module + 1), w.conv(x, layer));
      module += 2;
    }
    x = w.max_pool(fmt::format("/features/features.{}", module++), x, 2, 2, 0);
  }
  const std::int64_t rows = o.height >> layers.stages.size(), columns = o.width >> layers.stages.size();
  if (rows != kVggPooled || columns != kVggPooled)
    x = w.average_pool("/avgpool", x, rows / kVggPooled, columns / kVggPooled);
  x = w.flatten(x);
  for (std::size_t i = 0; i < layers.head.size(); ++i) {
    x = w.gemm(x, layers.head[i]);
    if (i + 1 < layers.head.size()) x = w.relu(fmt::format("/classifier/classifier.{}", 3 * i + 1), x);
  }
  return x;
}

}  // namespace

std::string cnn_onnx(const CnnOptions& options) {
  check(options);
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("inf-sim");
  model.add_opset_import()->set_version(kOpset);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name(std::string(options.shape.name));
  describe(*graph.add_input(), kCnnInput, {options.batch, 3, options.height, options.width});
  Writer writer(graph, options);
  const CnnLayers layers = cnn_layers(options.shape);
  const std::string logits =
      options.shape.family == CnnFamily::vgg ? write_vgg(writer, layers, options) : write_residual(writer, layers);
  writer.graph().name_output(logits, kCnnOutput);
  describe(*graph.add_output(), kCnnOutput, {options.batch, options.shape.classes});
  return model.SerializeAsString();
}

void write_cnn(const CnnOptions& options, const std::filesystem::path& file) {
  write_file_atomically(file, cnn_onnx(options));
}

}  // namespace inf::workloads
