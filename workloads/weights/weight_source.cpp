#include "workloads/weights/weight_source.h"

#include <fmt/format.h>

#include "isa/base/error.h"
#include "workloads/weights/random.h"

namespace inf::workloads {
namespace {

WeightTensor random_tensor(const ModelTensor& tensor, std::uint64_t seed) {
  const CounterRandom random(seed, tensor.need.name);
  WeightTensor made{tensor.need.shape, std::vector<float>(element_count(tensor.need.shape))};
  const auto [kind, a, b] = tensor.fill;
  if (kind == RandomFill::Kind::normal)
    for (std::size_t i = 0; i < made.data.size(); ++i) made.data[i] = a + random.normal(i) * b;
  else
    for (std::size_t i = 0; i < made.data.size(); ++i) made.data[i] = random.uniform(i, a, b);
  return made;
}

}  // namespace

WeightSource::WeightSource(const WeightChoice& choice, std::vector<ModelTensor> tensors, std::string_view model)
    : seed_(choice.seed), random_(choice.source == WeightChoice::Source::random) {
  if (choice.source == WeightChoice::Source::demo)
    throw Error(ErrorKind::usage, fmt::format("built-in model {}", model), "has no demo weights",
                {"use random, random:SEED, or a safetensors or ONNX file"});
  if (!random_) {
    std::vector<TensorNeed> needs;
    for (const ModelTensor& tensor : tensors) needs.push_back(tensor.need);
    stored_ = read_weights(choice.file, needs, model);
  }
  for (ModelTensor& tensor : tensors) {
    const std::string name = tensor.need.name;
    tensors_.emplace(name, std::move(tensor));
  }
}

WeightTensor WeightSource::take(const std::string& name) {
  if (random_) return random_tensor(tensors_.at(name), seed_);
  auto taken = stored_.extract(name);
  return std::move(taken.mapped());
}

}  // namespace inf::workloads
