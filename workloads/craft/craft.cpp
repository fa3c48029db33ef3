#include "workloads/craft/craft.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <bit>
#include <cstring>
#include <initializer_list>
#include <utility>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "workloads/craft/layers.h"
#include "workloads/craft/weights.h"
#include "workloads/onnx/attributes.h"

namespace inf::workloads {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data of an ONNX tensor is little endian");

constexpr std::int64_t kOpset = 13;
constexpr std::int64_t kIrVersion = 7;  // the one that came with opset 13's releases

// Appends nodes to a graph; each function returns the name of the tensor that its node produces.
class GraphWriter {
 public:
  GraphWriter(onnx::GraphProto& graph, TensorMap weights) : graph_(graph), weights_(std::move(weights)) {}

  // Convolution and, where the layer has one, its batch norm.
  std::string conv_norm(const std::string& x, std::string_view name) {
    const ConvLayer& layer = craft_layer(name);
    const std::string key(layer.conv);
    onnx::NodeProto& node = add("Conv", scope(key), {x, initialiser(key + ".weight"), initialiser(key + ".bias")});
    add_ints(node, "dilations", {layer.dilation, layer.dilation});
    add_int(node, "group", 1);
    add_ints(node, "kernel_shape", {layer.kernel, layer.kernel});
    add_ints(node, "pads", {layer.pad(), layer.pad(), layer.pad(), layer.pad()});
    add_ints(node, "strides", {1, 1});
    if (layer.norm.empty()) return node.output(0);

    const std::string norm(layer.norm);
    onnx::NodeProto& bn = add("BatchNormalization", scope(norm),
                              {node.output(0), initialiser(norm + ".weight"), initialiser(norm + ".bias"),
                               initialiser(norm + ".running_mean"), initialiser(norm + ".running_var")});
    add_float(bn, "epsilon", 1e-5F);
    add_float(bn, "momentum", 0.9F);
    return bn.output(0);
  }

  std::string relu(const std::string& x) { return add("Relu", beside(x), {x}).output(0); }

  std::string conv_norm_relu(const std::string& x, std::string_view name) { return relu(conv_norm(x, name)); }

  std::string max_pool(const std::string& x, std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
    onnx::NodeProto& node = add("MaxPool", beside(x), {x});
    add_int(node, "ceil_mode", 0);
    add_ints(node, "kernel_shape", {kernel, kernel});
    add_ints(node, "pads", {pad, pad, pad, pad});
    add_ints(node, "strides", {stride, stride});
    return node.output(0);
  }

  std::string concat(const std::string& a, const std::string& b) {
    onnx::NodeProto& node = add("Concat", "", {a, b});
    add_int(node, "axis", 1);
    return node.output(0);
  }

  // Bilinear to a fixed size, sampled at pixel centres.
  std::string resize(const std::string& x, std::initializer_list<std::int64_t> nchw) {
    const std::string sizes = fmt::format("sizes_{}", resizes_++);
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(sizes);
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(nchw.size()));
    for (const std::int64_t extent : nchw) tensor.add_int64_data(extent);
    onnx::NodeProto& node = add("Resize", "", {x, "", "", sizes});
    add_string(node, "coordinate_transformation_mode", "half_pixel");
    add_float(node, "cubic_coeff_a", -0.75F);
    add_string(node, "mode", "linear");
    add_string(node, "nearest_mode", "floor");
    return node.output(0);
  }

  std::string to_nhwc(const std::string& x) {
    onnx::NodeProto& node = add("Transpose", "", {x});
    add_ints(node, "perm", {0, 2, 3, 1});
    return node.output(0);
  }

  // Gives the tensor that the last added node produces the name of a graph output; its readers so far follow.
  void rename(const std::string& from, const std::string& to) {
    for (onnx::NodeProto& node : *graph_.mutable_node()) {
      for (std::string& name : *node.mutable_output()) name = name == from ? to : name;
      for (std::string& name : *node.mutable_input()) name = name == from ? to : name;
    }
  }

 private:
  // "basenet.slice1.0" is the module /basenet/slice1/slice1.0 of an exported model.
  static std::string scope(const std::string& key) {
    const auto last = key.rfind('.');
    std::string parents = key.substr(0, last);
    const std::string parent = parents.substr(parents.rfind('.') + 1);
    for (char& c : parents) c = c == '.' ? '/' : c;
    return fmt::format("/{}/{}{}/", parents, parent, key.substr(last));
  }

  // The folder part of a tensor's name.
  static std::string beside(const std::string& tensor) { return tensor.substr(0, tensor.rfind('/') + 1); }

  onnx::NodeProto& add(const char* type, const std::string& folder, std::initializer_list<std::string> inputs) {
    onnx::NodeProto& node = *graph_.add_node();
    std::string name = folder.empty() ? fmt::format("/{}", type) : folder + type;
    const int times = used_[name]++;
    if (times > 0) name += fmt::format("_{}", times);
    node.set_name(name);
    node.set_op_type(type);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(name + "_output_0");
    return node;
  }

  // Moves a weight into the graph and frees it here, so that the model is held once.
  std::string initialiser(const std::string& name) {
    auto taken = weights_.extract(name);
    const WeightTensor& tensor = taken.mapped();
    onnx::TensorProto& proto = *graph_.add_initializer();
    proto.set_name(name);
    proto.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t extent : tensor.shape) proto.add_dims(extent);
    proto.set_raw_data(tensor.data.data(), tensor.data.size() * sizeof(float));
    return name;
  }

  onnx::GraphProto& graph_;
  TensorMap weights_;
  std::map<std::string, int> used_;
  int resizes_ = 0;
};

// What the decoder sees of the VGG part. Slices 1 to 3 appear after the ReLU that opens the next slice, which the
// official code applies in place; slice 4 is followed by a pooling, so its batch norm's output stays as it is.
struct Backbone {
  std::string half, quarter, eighth, sixteenth, dilated;
};

Backbone write_backbone(GraphWriter& w) {
  Backbone out;
  std::string x = w.conv_norm_relu(kCraftInput, "basenet.slice1.0");
  x = w.max_pool(w.conv_norm_relu(x, "basenet.slice1.3"), 2, 2, 0);
  x = w.conv_norm_relu(x, "basenet.slice1.7");
  out.half = w.conv_norm_relu(x, "basenet.slice1.10");
  x = w.max_pool(out.half, 2, 2, 0);
  x = w.conv_norm_relu(x, "basenet.slice2.14");
  out.quarter = w.conv_norm_relu(x, "basenet.slice2.17");
  x = w.max_pool(w.conv_norm_relu(out.quarter, "basenet.slice3.20"), 2, 2, 0);
  x = w.conv_norm_relu(x, "basenet.slice3.24");
  out.eighth = w.conv_norm_relu(x, "basenet.slice3.27");
  x = w.max_pool(w.conv_norm_relu(out.eighth, "basenet.slice4.30"), 2, 2, 0);
  x = w.conv_norm_relu(x, "basenet.slice4.34");
  out.sixteenth = w.conv_norm(x, "basenet.slice4.37");
  x = w.max_pool(out.sixteenth, 3, 1, 1);
  x = w.conv_norm(x, "basenet.slice5.1");
  out.dilated = w.conv_norm(x, "basenet.slice5.2");
  return out;
}

void write_graph(GraphWriter& w, const CraftOptions& o) {
  const Backbone b = write_backbone(w);
  const auto double_conv = [&w](const std::string& x, const std::string& name) {
    return w.conv_norm_relu(w.conv_norm_relu(x, name + ".conv.0"), name + ".conv.3");
  };
  std::string y = double_conv(w.concat(b.dilated, b.sixteenth), "upconv1");
  y = w.resize(y, {o.batch, 256, o.height / 8, o.width / 8});
  y = double_conv(w.concat(y, b.eighth), "upconv2");
  y = w.resize(y, {o.batch, 128, o.height / 4, o.width / 4});
  y = double_conv(w.concat(y, b.quarter), "upconv3");
  y = w.resize(y, {o.batch, 64, o.height / 2, o.width / 2});
  const std::string feature = double_conv(w.concat(y, b.half), "upconv4");

  y = w.conv_norm_relu(feature, "conv_cls.0");
  y = w.conv_norm_relu(y, "conv_cls.2");
  y = w.conv_norm_relu(y, "conv_cls.4");
  y = w.conv_norm_relu(y, "conv_cls.6");
  y = w.to_nhwc(w.conv_norm(y, "conv_cls.8"));
  w.rename(feature, kCraftFeature);
  w.rename(y, kCraftScores);
}

onnx::ModelProto craft_model(const CraftOptions& options) {
  check(options);
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("inf-sim");
  model.add_opset_import()->set_version(kOpset);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("craft");
  describe(*graph.add_input(), kCraftInput, {options.batch, 3, options.height, options.width});
  GraphWriter writer(graph, craft_weights(options.weights));
  write_graph(writer, options);
  describe(*graph.add_output(), kCraftScores, {options.batch, options.height / 2, options.width / 2, 2});
  describe(*graph.add_output(), kCraftFeature, {options.batch, 32, options.height / 2, options.width / 2});
  return model;
}

}  // namespace

std::string craft_onnx(const CraftOptions& options) { return craft_model(options).SerializeAsString(); }

void write_craft(const CraftOptions& options, const std::filesystem::path& file) {
  write_file_atomically(file, craft_onnx(options));
}

}  // namespace inf::workloads
