#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace inf::workloads {

/// A named tensor's shape and values, widened to fp32, row-major.
struct WeightTensor {
  std::vector<std::int64_t> shape;
  std::vector<float> data;
};

/// Weights by the name that the model's author gave them. Ordered, so that whoever lists them does so in one order.
using TensorMap = std::map<std::string, WeightTensor>;

}  // namespace inf::workloads
