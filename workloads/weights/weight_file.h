#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/weights/tensor_map.h"

namespace inf::workloads {

/// Name and shape of one tensor that a built-in model needs.
struct TensorNeed {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// Number of elements of a shape.
std::size_t element_count(const std::vector<std::int64_t>& shape);

/// Exactly these tensors from a safetensors file or, where it ends in .onnx, from a model's initialisers; the names may
/// carry the prefix `module.` that PyTorch's data-parallel wrapper adds, `model.`, or the name of the encoder inside a
/// model with a head, such as `bert.`.
/// Errors: import, one error that lists every tensor that is missing, wrongly shaped or not finite. `model` is its
/// name.
TensorMap read_weights(const std::filesystem::path& file, std::span<const TensorNeed> needs, std::string_view model);

}  // namespace inf::workloads
