#include "workloads/craft/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "isa/base/error.h"
#include "workloads/weights/random.h"

namespace inf::workloads {
namespace {

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

std::vector<TensorNeed> all_tensors() {
  std::vector<TensorNeed> needs;
  for (const ConvLayer& layer : craft_layers())
    for (TensorNeed& need : tensors_of(layer)) needs.push_back(std::move(need));
  return needs;
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
      WeightTensor tensor{need.shape, std::vector<float>(element_count(need.shape))};
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
    case WeightChoice::Source::file: return read_weights(choice.file, all_tensors(), "CRAFT");
  }
  throw Error(ErrorKind::internal, "built-in model craft", "unknown weight source");
}

}  // namespace inf::workloads
