#include "workloads/cnn/layers.h"

#include <fmt/format.h>

#include <cmath>

namespace inf::workloads {
namespace {

constexpr std::int64_t kStemChannels = 64;
constexpr std::int64_t kExpansion = 4;  // of a bottleneck: channels out per channel inside
constexpr float kLastNorm = 0.2F;       // variance grows by 4 % per block
constexpr float kAfterPool = 0.6F;      // a max-pool keeps the largest: second moment 1.55 against a ReLU's 0.5
constexpr std::int64_t kVggHidden = 4096, kVggPooled = 7;

ResidualBlock basic(const std::string& name, std::int64_t in, std::int64_t width, std::int64_t stride) {
  ResidualBlock block{name, {}, {}};
  block.convolutions = {{name + ".conv1", name + ".bn1", in, width, 3, stride, 1},
                        {name + ".conv2", name + ".bn2", width, width, 3, 1, 1, 1, kLastNorm}};
  if (stride != 1 || in != width)
    block.shortcut = {{name + ".downsample.0", name + ".downsample.1", in, width, 1, stride, 0}};
  return block;
}

ResidualBlock bottleneck(const std::string& name, std::int64_t in, std::int64_t width, std::int64_t stride,
                         bool stride_first) {
  ResidualBlock block{name, {}, {}};
  const std::int64_t out = width * kExpansion;
  block.convolutions = {{name + ".conv1", name + ".bn1", in, width, 1, stride_first ? stride : 1, 0},
                        {name + ".conv2", name + ".bn2", width, width, 3, stride_first ? 1 : stride, 1},
                        {name + ".conv3", name + ".bn3", width, out, 1, 1, 0, 1, kLastNorm}};
  if (stride != 1 || in != out)
    block.shortcut = {{name + ".downsample.0", name + ".downsample.1", in, out, 1, stride, 0}};
  return block;
}

CnnLayers residual(const CnnShape& shape) {
  CnnLayers layers;
  layers.stem = {{"conv1", "bn1", 3, kStemChannels, 7, 2, 3}};
  const bool wide = shape.family == CnnFamily::bottleneck;
  std::int64_t in = kStemChannels;
  for (int stage = 0; stage < 4; ++stage) {
    const std::int64_t width = kStemChannels << stage;
    for (int i = 0; i < shape.depth[static_cast<std::size_t>(stage)]; ++i) {
      const std::string name = fmt::format("layer{}.{}", stage + 1, i);
      const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
      layers.blocks.push_back(wide ? bottleneck(name, in, width, stride, shape.stride_first)
                                   : basic(name, in, width, stride));
      in = wide ? width * kExpansion : width;
    }
  }
  layers.head = {{"fc", in, shape.classes}};
  return layers;
}

/// Names count every module of torchvision's `features`: a convolution and its ReLU, or a pooling.
CnnLayers vgg(const CnnShape& shape) {
  constexpr std::int64_t kWidths[] = {64, 128, 256, 512, 512};
  CnnLayers layers;
  std::int64_t in = 3;
  int module = 0;
  for (std::size_t stage = 0; stage < shape.depth.size(); ++stage) {
    layers.stages.emplace_back();
    for (int i = 0; i < shape.depth[stage]; ++i, module += 2, in = kWidths[stage])
      layers.stages.back().push_back({fmt::format("features.{}", module), "", in, kWidths[stage], 3, 1, 1,
                                      i == 0 && stage > 0 ? kAfterPool : 1.0F});
    ++module;
  }
  layers.head = {{"classifier.0", in * kVggPooled * kVggPooled, kVggHidden},
                 {"classifier.3", kVggHidden, kVggHidden},
                 {"classifier.6", kVggHidden, shape.classes}};
  return layers;
}

void add_conv(std::vector<ModelTensor>& tensors, const CnnConv& layer) {
  const float he = std::sqrt(2.0F / static_cast<float>(layer.in * layer.kernel * layer.kernel)) * layer.gain;
  tensors.push_back(
      {{layer.conv + ".weight", {layer.out, layer.in, layer.kernel, layer.kernel}}, RandomFill::normal(0, he)});
  if (layer.norm.empty()) {
    tensors.push_back({{layer.conv + ".bias", {layer.out}}, RandomFill::normal(0, 0.05F)});
    return;
  }
  const auto norm = [&](const char* part, RandomFill fill) {
    tensors.push_back({{layer.norm + part, {layer.out}}, fill});
  };
  norm(".weight", RandomFill::uniform(0.9F * layer.norm_scale, 1.1F * layer.norm_scale));
  norm(".bias", RandomFill::normal(0, 0.1F));
  norm(".running_mean", RandomFill::normal(0, 0.1F));
  norm(".running_var", RandomFill::uniform(0.8F, 1.2F));
}

}  // namespace

CnnLayers cnn_layers(const CnnShape& shape) { return shape.family == CnnFamily::vgg ? vgg(shape) : residual(shape); }

std::vector<ModelTensor> cnn_tensors(const CnnShape& shape) {
  const CnnLayers layers = cnn_layers(shape);
  std::vector<ModelTensor> tensors;
  for (const CnnConv& layer : layers.stem) add_conv(tensors, layer);
  for (const ResidualBlock& block : layers.blocks) {
    for (const CnnConv& layer : block.convolutions) add_conv(tensors, layer);
    for (const CnnConv& layer : block.shortcut) add_conv(tensors, layer);
  }
  for (const auto& stage : layers.stages)
    for (const CnnConv& layer : stage) add_conv(tensors, layer);
  for (std::size_t i = 0; i < layers.head.size(); ++i) {
    const CnnLinear& layer = layers.head[i];
    const float variance = (i + 1 < layers.head.size() ? 2.0F : 1.0F) / static_cast<float>(layer.in);
    tensors.push_back({{layer.name + ".weight", {layer.out, layer.in}}, RandomFill::normal(0, std::sqrt(variance))});
    tensors.push_back({{layer.name + ".bias", {layer.out}}, RandomFill::normal(0, 0.05F)});
  }
  return tensors;
}

}  // namespace inf::workloads
