#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/weights/weight_choice.h"
#include "workloads/weights/weight_file.h"

namespace inf::workloads {

/// How a tensor of random weights is filled, every value from CounterRandom(seed, tensor name).
struct RandomFill {
  enum class Kind : std::uint8_t { normal, uniform } kind = Kind::normal;
  float a = 0, b = 1;  ///< normal: mean and standard deviation; uniform: from a up to b

  static RandomFill normal(float mean, float deviation) { return {Kind::normal, mean, deviation}; }
  static RandomFill uniform(float low, float high) { return {Kind::uniform, low, high}; }
};

/// A tensor of a built-in model: name and shape in the official state dict, and its random form.
struct ModelTensor {
  TensorNeed need;
  RandomFill fill;
};

/// The weights of a built-in model, handed out one tensor at a time, so that a large model is not held twice.
class WeightSource {
 public:
  /// Errors: import for a file that does not fit, naming every tensor that is wrong; usage for demo weights, which only
  /// models that do something by hand-made weights have. `model` is the name for messages.
  WeightSource(const WeightChoice& choice, std::vector<ModelTensor> tensors, std::string_view model);

  /// The tensor of that name, which must be one of the model's; from a file it is there once.
  WeightTensor take(const std::string& name);

 private:
  std::uint64_t seed_ = 0;
  bool random_ = true;
  std::map<std::string, ModelTensor> tensors_;
  TensorMap stored_;
};

}  // namespace inf::workloads
