#include "workloads/weights/weight_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "isa/base/error.h"
#include "workloads/weights/onnx_initialisers.h"
#include "workloads/weights/safetensors.h"

namespace inf::workloads {
namespace {

const WeightTensor* find(const TensorMap& tensors, const std::string& name) {
  for (const char* prefix : {"", "module.", "model.", "bert.", "roberta.", "distilbert.", "electra."}) {
    if (const auto it = tensors.find(prefix + name); it != tensors.end()) return &it->second;
  }
  return nullptr;
}

}  // namespace

std::size_t element_count(const std::vector<std::int64_t>& shape) {
  std::size_t product = 1;
  for (const std::int64_t extent : shape) product *= static_cast<std::size_t>(extent);
  return product;
}

TensorMap read_weights(const std::filesystem::path& file, std::span<const TensorNeed> needs, std::string_view model) {
  const TensorMap stored = file.extension() == ".onnx" ? read_onnx_initialisers(file) : read_safetensors(file);
  TensorMap taken;
  std::vector<std::string> notes;
  for (const TensorNeed& need : needs) {
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
  if (!notes.empty()) {
    throw Error(
        ErrorKind::import, file.string(),
        fmt::format("does not hold {}'s weights under their official names: {} tensors are wrong", model, notes.size()),
        notes);
  }
  return taken;
}

}  // namespace inf::workloads
