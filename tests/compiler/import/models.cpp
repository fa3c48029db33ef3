#include "tests/compiler/import/models.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace inf::tests {
namespace {

/// Appends layers and numbers their values as an exporter does.
class Net {
 public:
  explicit Net(const NetOptions& options) : options_(options), builder_(options.opset) {}

  std::string input(std::int64_t channels) {
    builder_.input("input", {1, channels, options_.height, options_.width});
    channels_["input"] = channels;
    return "input";
  }
  std::int64_t scaled(std::int64_t channels) const { return std::max<std::int64_t>(2, channels / options_.divide); }

  std::string conv(const std::string& x, std::int64_t out, std::int64_t kernel, std::int64_t pad,
                   std::int64_t stride = 1, std::int64_t dilation = 1, bool bias = true) {
    const std::int64_t in = channels_.at(x);
    const std::string w =
        weight({out, in, kernel, kernel}, std::sqrt(3.0 / static_cast<double>(in * kernel * kernel)) * 1.4);
    std::vector<std::string> inputs = {x, w};
    if (bias) inputs.push_back(weight({out}, 0.1));
    return add("Conv", inputs, out,
               {{"dilations", Dims{dilation, dilation}},
                {"group", std::int64_t{1}},
                {"kernel_shape", Dims{kernel, kernel}},
                {"pads", Dims(4, pad)},
                {"strides", Dims{stride, stride}}});
  }
  std::string up_conv(const std::string& x, std::int64_t out) {
    const std::int64_t in = channels_.at(x);
    return add("ConvTranspose", {x, weight({in, out, 2, 2}, 0.5), weight({out}, 0.1)}, out,
               {{"kernel_shape", Dims{2, 2}}, {"strides", Dims{2, 2}}});
  }
  std::string batch_norm(const std::string& x) {
    if (!options_.batch_norms) return x;
    const std::int64_t c = channels_.at(x);
    std::vector<std::string> inputs = {x, weight({c}, 0.3, 1.0), weight({c}, 0.1), weight({c}, 0.1),
                                       weight({c}, 0.3, 1.0)};
    return add("BatchNormalization", inputs, c, {{"epsilon", 1e-5f}, {"momentum", 0.9f}});
  }
  std::string relu(const std::string& x) { return add("Relu", {x}, channels_.at(x), {}); }
  std::string conv_bn_relu(const std::string& x, std::int64_t out, std::int64_t kernel, std::int64_t pad) {
    return relu(batch_norm(conv(x, out, kernel, pad)));
  }
  std::string max_pool(const std::string& x, std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
    return add("MaxPool", {x}, channels_.at(x),
               {{"ceil_mode", std::int64_t{0}},
                {"kernel_shape", Dims{kernel, kernel}},
                {"pads", Dims(4, pad)},
                {"strides", Dims{stride, stride}}});
  }
  std::string concat(const std::string& a, const std::string& b) {
    return add("Concat", {a, b}, channels_.at(a) + channels_.at(b), {{"axis", std::int64_t{1}}});
  }

  /// Bilinear to the size of `like`, whose size is 1/`part` of the input's.
  std::string resize_to(const std::string& x, const std::string& like, std::int64_t part) {
    if (options_.opset < 11)
      return add(options_.opset < 10 ? "Upsample" : "Resize", {x, scale_chain(x, like)}, channels_.at(x),
                 {{"mode", std::string("linear")}});
    const std::string sizes =
        options_.dynamic_sizes
            ? size_chain(x, like)
            : constant(ints({1, static_cast<double>(channels_.at(x)), static_cast<double>(options_.height / part),
                             static_cast<double>(options_.width / part)}));
    return add("Resize", {x, constant(floats({0}, {})), constant(floats({0}, {})), sizes}, channels_.at(x),
               {{"coordinate_transformation_mode", std::string("pytorch_half_pixel")},
                {"cubic_coeff_a", -0.75f},
                {"mode", std::string("linear")},
                {"nearest_mode", std::string("floor")}});
  }
  std::string add(const std::string& type, const std::vector<std::string>& inputs, std::int64_t channels,
                  const std::vector<Attr>& attributes) {
    const std::string y = std::to_string(++count_);
    builder_.node(type, inputs, {y}, attributes, type + std::string("_").append(y));
    channels_[y] = channels;
    return y;
  }
  std::string weight(const Dims& dims, double scale, double offset = 0) {
    const std::string name = std::string("w").append(std::to_string(++weights_));
    TensorSpec t = noise(dims, static_cast<unsigned>(weights_), scale);
    for (double& v : t.values) v += offset;
    builder_.weight(name, t);
    return name;
  }
  OnnxBuilder finish() { return std::move(builder_); }
  OnnxBuilder& builder() { return builder_; }

 private:
  std::string constant(const TensorSpec& value) { return add("Constant", {}, 0, {{"value", value}}); }
  std::string unsqueeze(const std::string& x) {
    if (options_.opset < 13) return add("Unsqueeze", {x}, 0, {{"axes", Dims{0}}});
    return add("Unsqueeze", {x, constant(ints({0}))}, 0, {});
  }
  std::string axis_size(const std::string& x, double axis) {
    const std::string shape = add("Shape", {x}, 0, {});
    return unsqueeze(add("Gather", {shape, constant(scalar("int64", axis))}, 0, {{"axis", std::int64_t{0}}}));
  }
  /// size()[2:] as PyTorch writes it: two gathers, a concat, a cast, and the batch and channel sizes cut from the other
  /// shape.
  std::string size_chain(const std::string& x, const std::string& like) {
    const std::string wanted = add("Concat", {axis_size(like, 2), axis_size(like, 3)}, 0, {{"axis", std::int64_t{0}}});
    const std::string integer = add("Cast", {wanted}, 0, {{"to", std::int64_t{7}}});
    const std::string head =
        add("Slice", {add("Shape", {x}, 0, {}), constant(ints({0})), constant(ints({2})), constant(ints({0}))}, 0, {});
    return add("Concat", {head, integer}, 0, {{"axis", std::int64_t{0}}});
  }

  /// Opsets before 11 have no sizes: the wanted size divided by the size at hand, in floats, behind two ones.
  std::string scale_chain(const std::string& x, const std::string& like) {
    const auto in_floats = [&](const std::string& of) {
      const std::string sizes = add("Concat", {axis_size(of, 2), axis_size(of, 3)}, 0, {{"axis", std::int64_t{0}}});
      return add("Cast", {sizes}, 0, {{"to", std::int64_t{1}}});
    };
    const std::string scales = add("Div", {in_floats(like), in_floats(x)}, 0, {});
    return add("Concat", {constant(floats({2}, {1, 1})), scales}, 0, {{"axis", std::int64_t{0}}});
  }

  NetOptions options_;
  OnnxBuilder builder_;
  std::map<std::string, std::int64_t> channels_;
  int count_ = 0, weights_ = 0;
};

}  // namespace

OnnxBuilder craft(const NetOptions& options) {
  Net n(options);
  const auto c = [&](std::int64_t channels) { return n.scaled(channels); };
  std::string x = n.input(3);
  x = n.conv_bn_relu(n.conv_bn_relu(x, c(64), 3, 1), c(64), 3, 1);
  x = n.conv_bn_relu(n.max_pool(x, 2, 2, 0), c(128), 3, 1);
  const std::string slice1 = x = n.relu(n.batch_norm(n.conv(x, c(128), 3, 1)));
  x = n.conv_bn_relu(n.max_pool(x, 2, 2, 0), c(256), 3, 1);
  const std::string slice2 = x = n.relu(n.batch_norm(n.conv(x, c(256), 3, 1)));
  x = n.max_pool(n.conv_bn_relu(x, c(256), 3, 1), 2, 2, 0);
  x = n.conv_bn_relu(x, c(512), 3, 1);
  const std::string slice3 = x = n.relu(n.batch_norm(n.conv(x, c(512), 3, 1)));
  x = n.max_pool(n.conv_bn_relu(x, c(512), 3, 1), 2, 2, 0);
  x = n.conv_bn_relu(x, c(512), 3, 1);
  const std::string slice4 = x = n.batch_norm(n.conv(x, c(512), 3, 1));
  x = n.conv(n.conv(n.max_pool(x, 3, 1, 1), c(1024), 3, 6, 1, 6), c(1024), 1, 0);
  x = n.concat(x, slice4);
  x = n.conv_bn_relu(n.conv_bn_relu(x, c(512), 1, 0), c(256), 3, 1);
  x = n.concat(n.resize_to(x, slice3, 8), slice3);
  x = n.conv_bn_relu(n.conv_bn_relu(x, c(256), 1, 0), c(128), 3, 1);
  x = n.concat(n.resize_to(x, slice2, 4), slice2);
  x = n.conv_bn_relu(n.conv_bn_relu(x, c(128), 1, 0), c(64), 3, 1);
  x = n.concat(n.resize_to(x, slice1, 2), slice1);
  const std::string feature = x = n.conv_bn_relu(n.conv_bn_relu(x, c(64), 1, 0), c(32), 3, 1);
  x = n.relu(n.conv(x, c(32), 3, 1));
  x = n.relu(n.conv(x, c(32), 3, 1));
  x = n.relu(n.conv(x, c(16), 3, 1));
  x = n.relu(n.conv(x, c(16), 1, 0));
  x = n.conv(x, 2, 1, 0);
  x = n.add("Transpose", {x}, 2, {{"perm", Dims{0, 2, 3, 1}}});
  n.builder().output(x).output(feature);
  return n.finish();
}

OnnxBuilder resnet(const NetOptions& options) {
  Net n(options);
  const std::int64_t c = n.scaled(64);
  std::string x = n.max_pool(n.relu(n.batch_norm(n.conv(n.input(3), c, 7, 3, 2, 1, false))), 3, 2, 1);
  const auto block = [&](const std::string& in, std::int64_t out, std::int64_t stride) {
    std::string shortcut = in;
    const std::string a = n.relu(n.batch_norm(n.conv(in, out, 3, 1, stride, 1, false)));
    const std::string b = n.batch_norm(n.conv(a, out, 3, 1, 1, 1, false));
    if (stride != 1) shortcut = n.batch_norm(n.conv(in, out, 1, 0, stride, 1, false));
    return n.relu(n.add("Add", {b, shortcut}, out, {}));
  };
  x = block(block(x, c, 1), 2 * c, 2);
  x = n.add("GlobalAveragePool", {x}, 2 * c, {});
  x = n.add("Flatten", {x}, 2 * c, {{"axis", std::int64_t{1}}});
  const std::string w = n.weight({10, 2 * c}, 0.5), b = n.weight({10}, 0.1);
  x = n.add("Gemm", {x, w, b}, 10, {{"alpha", 1.0f}, {"beta", 1.0f}, {"transB", std::int64_t{1}}});
  n.builder().output(x, {1, 10});
  return n.finish();
}

OnnxBuilder unet(const NetOptions& options) {
  Net n(options);
  const std::int64_t c = n.scaled(64);
  const auto twice = [&](const std::string& x, std::int64_t out) {
    return n.conv_bn_relu(n.conv_bn_relu(x, out, 3, 1), out, 3, 1);
  };
  const std::string top = twice(n.input(3), c);
  const std::string middle = twice(n.max_pool(top, 2, 2, 0), 2 * c);
  const std::string bottom = twice(n.max_pool(middle, 2, 2, 0), 4 * c);
  std::string x = twice(n.concat(n.up_conv(bottom, 2 * c), middle), 2 * c);
  x = twice(n.concat(n.up_conv(x, c), top), c);
  x = n.add("Sigmoid", {n.conv(x, 1, 1, 0)}, 1, {});
  n.builder().output(x, {1, 1, options.height, options.width});
  return n.finish();
}

}  // namespace inf::tests
