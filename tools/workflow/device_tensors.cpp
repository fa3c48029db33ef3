#include "tools/workflow/device_tensors.h"

#include <fmt/core.h>

#include <algorithm>

#include "isa/base/error.h"
#include "tools/workflow/tensors.h"

namespace inf::workflow {

std::vector<sim::TensorData> device_inputs(const isa::ProgramImage& image, const std::vector<ModelInput>& inputs) {
  std::vector<sim::TensorData> data;
  for (const isa::TensorEntry& tensor : image.tensors) {
    if (tensor.role != isa::TensorEntry::Role::input) continue;
    const auto input =
        std::find_if(inputs.begin(), inputs.end(), [&](const ModelInput& i) { return i.name == tensor.name; });
    if (input == inputs.end())
      throw Error(ErrorKind::internal, "", fmt::format("the program's input '{}' is none of the model's", tensor.name));
    data.push_back({tensor.name, to_bytes(input->values, tensor.dtype)});
  }
  return data;
}

std::vector<float> output_values(const isa::ProgramImage& image, const sim::SimResult& run, const std::string& name) {
  const auto data =
      std::find_if(run.outputs.begin(), run.outputs.end(), [&](const sim::TensorData& t) { return t.name == name; });
  const auto entry = std::find_if(image.tensors.begin(), image.tensors.end(), [&](const isa::TensorEntry& t) {
    return t.name == name && t.role == isa::TensorEntry::Role::output;
  });
  if (data == run.outputs.end() || entry == image.tensors.end())
    throw Error(ErrorKind::internal, "", fmt::format("the program has no output '{}'", name));
  return to_floats(data->bytes, entry->dtype);
}

}  // namespace inf::workflow
