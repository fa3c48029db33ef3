#include "workloads/craft/weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "isa/base/error.h"
#include "workloads/weights/onnx_initialisers.h"
#include "workloads/weights/random.h"
#include "workloads/weights/safetensors.h"

namespace inf::workloads {
namespace {

std::size_t count(const std::vector<std::int64_t>& shape) {
  std::size_t product = 1;
  for (const std::int64_t extent : shape) product *= static_cast<std::size_t>(extent);
  return product;
}

// A max-pool keeps the largest of its inputs, so what follows one sees a larger second moment than a ReLU leaves
// behind. The factor brings it back; measured with unit Gaussian noise: 1.55 after a 2x2 window against 0.5 after a
// ReLU.
float input_gain(std::string_view conv) {
  constexpr std::string_view kAfterPool[] = {"basenet.slice1.7", "basenet.slice2.14", "basenet.slice3.24",
                                             "basenet.slice4.34", "basenet.slice5.1"};
  const bool after_pool = std::find(std::begin(kAfterPool), std::end(kAfterPool), conv) != std::end(kAfterPool);
  return after_pool ? 0.6F : 1.0F;
}

void fill_normal(WeightTensor& tensor, const CounterRandom& random, float deviation) {
  for (std::size_t i = 0; i < tensor.data.size(); ++i) tensor.data[i] = random.normal(i) * deviation;
}

void fill_uniform(WeightTensor& tensor, const CounterRandom& random, float low, float high) {
  for (std::size_t i = 0; i < tensor.data.size(); ++i) tensor.data[i] = random.uniform(i, low, high);
}

// The official names with or without the prefix that PyTorch's data-parallel wrapper adds.
const WeightTensor* find(const TensorMap& tensors, const std::string& name) {
  for (const std::string& key : {name, "module." + name}) {
    if (const auto it = tensors.find(key); it != tensors.end()) return &it->second;
  }
  return nullptr;
}

TensorMap take_from_file(const std::filesystem::path& file) {
  const TensorMap stored = file.extension() == ".onnx" ? read_onnx_initialisers(file) : read_safetensors(file);
  TensorMap taken;
  std::vector<std::string> notes;
  for (const ConvLayer& layer : craft_layers()) {
    for (const TensorNeed& need : tensors_of(layer)) {
      const WeightTensor* tensor = find(stored, need.name);
      if (tensor == nullptr) {
        notes.push_back(fmt::format("{} [{}] is missing", need.name, fmt::join(need.shape, ",")));
      } else if (tensor->shape != need.shape) {
        notes.push_back(fmt::format("{} is [{}], but [{}] is needed", need.name, fmt::join(tensor->shape, ","),
                                    fmt::join(need.shape, ",")));
      } else if (!std::all_of(tensor->data.begin(), tensor->data.end(), [](float v) { return std::isfinite(v); })) {
        notes.push_back(fmt::format("{} holds values that are not finite", need.name));
      } else {
        taken.emplace(need.name, *tensor);
      }
    }
  }
  if (!notes.empty()) {
    throw Error(
        ErrorKind::import, file.string(),
        fmt::format("does not hold CRAFT's weights under their official names: {} tensors are wrong", notes.size()),
        notes);
  }
  return taken;
}

}  // namespace

std::vector<TensorNeed> tensors_of(const ConvLayer& layer) {
  const std::string conv(layer.conv), norm(layer.norm);
  std::vector<TensorNeed> needs{{conv + ".weight", {layer.out, layer.in, layer.kernel, layer.kernel}},
                                {conv + ".bias", {layer.out}}};
  if (norm.empty()) return needs;
  for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"})
    needs.push_back({norm + part, {layer.out}});
  return needs;
}

TensorMap random_craft_weights(std::uint64_t seed) {
  TensorMap tensors;
  for (const ConvLayer& layer : craft_layers()) {
    const float he =
        std::sqrt(2.0F / static_cast<float>(layer.in * layer.kernel * layer.kernel)) * input_gain(layer.conv);
    for (const TensorNeed& need : tensors_of(layer)) {
      WeightTensor tensor{need.shape, std::vector<float>(count(need.shape))};
      const CounterRandom random(seed, need.name);
      const bool of_norm = !layer.norm.empty() && need.name.starts_with(fmt::format("{}.", layer.norm));
      if (!of_norm) {
        fill_normal(tensor, random, need.name.ends_with(".weight") ? he : 0.05F);
      } else if (need.name.ends_with(".weight")) {
        fill_uniform(tensor, random, 0.9F, 1.1F);
      } else if (need.name.ends_with(".running_var")) {
        fill_uniform(tensor, random, 0.8F, 1.2F);
      } else {
        fill_normal(tensor, random, 0.1F);
      }
      tensors.emplace(need.name, std::move(tensor));
    }
  }
  return tensors;
}

TensorMap craft_weights(const WeightChoice& choice) {
  switch (choice.source) {
    case WeightChoice::Source::demo: return demo_craft_weights();
    case WeightChoice::Source::random: return random_craft_weights(choice.seed);
    case WeightChoice::Source::file: return take_from_file(choice.file);
  }
  throw Error(ErrorKind::internal, "built-in model craft", "unknown weight source");
}

}  // namespace inf::workloads
