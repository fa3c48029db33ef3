#include "compiler/import/signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/import/model.h"

namespace inf::compiler {
namespace {

std::vector<Signature::Tensor> tensors(const std::vector<importer::ModelValue>& values) {
  std::vector<Signature::Tensor> list;
  for (const importer::ModelValue& v : values) list.push_back({v.name, v.type, v.has_shape, v.dimensions});
  return list;
}

Signature signature(const importer::Model& model) {
  Signature found{model.file, tensors(model.inputs), tensors(model.outputs), {}};
  for (Signature::Tensor& input : found.inputs)
    for (std::size_t i = 0; i < input.axes.size(); ++i)
      if (auto* name = std::get_if<std::string>(&input.axes[i]); name != nullptr && name->empty())
        *name = fmt::format("{}.{}", input.name, i);
  for (const importer::ModelNode& n : model.nodes) found.nodes.push_back({n.label, n.type, n.inputs, n.outputs});
  return found;
}

}  // namespace

std::string symbol(const Signature::Axis& axis) {
  const auto* name = std::get_if<std::string>(&axis);
  return name == nullptr ? std::string() : *name;
}

std::vector<std::string> Signature::symbols() const {
  std::vector<std::string> names;
  for (const Tensor& input : inputs)
    for (const Axis& axis : input.axes) {
      const std::string name = symbol(axis);
      if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  return names;
}

Signature read_signature(const std::filesystem::path& file) { return signature(importer::read_model(file)); }

Signature read_signature(std::string_view bytes, const std::string& name) {
  return signature(importer::read_model(bytes, name));
}

}  // namespace inf::compiler
