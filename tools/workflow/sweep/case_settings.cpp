#include "tools/workflow/sweep/case_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "isa/arch/yaml_edit.h"
#include "isa/base/error.h"
#include "tools/workflow/sweep/keys.h"
#include "workloads/weights/weight_choice.h"

namespace inf::workflow::sweep {
namespace fs = std::filesystem;
namespace {

/// Keys of which a file has one: setting one takes the others away.
constexpr std::string_view kEither[][4] = {{"model.onnx", "model.builtin"},
                                           {"inputs.image", "inputs.npy", "inputs.random", "inputs.words"}};

std::string file_path(const std::string& key) {
  constexpr std::string_view kPrefix = "workload.";
  return key.starts_with(kPrefix) ? key.substr(kPrefix.size()) : key;
}

const Key& known_key(const Setting& setting) {
  static std::map<std::string, const Key*> found;
  const Key*& key = found[setting.key];
  if (key == nullptr) key = find_key(setting.key);
  if (key == nullptr) throw Error(ErrorKind::config, setting.place, unknown_key(setting.key));
  return *key;
}

/// Inputs may be listed: then the keys are those of the only one.
arch::YamlNode& section_of_inputs(arch::YamlNode& tree, const Setting& setting) {
  for (arch::YamlNode::Entry& entry : tree.entries) {
    if (entry.key != "inputs" || entry.value.kind != arch::YamlNode::Kind::list) continue;
    if (entry.value.items.size() != 1)
      throw Error(ErrorKind::config, setting.place,
                  fmt::format("{} cannot be set: the workload lists {} inputs", setting.key, entry.value.items.size()),
                  {"name the inputs in workload files of their own"});
    return entry.value.items.front();
  }
  return arch::reach(tree, "inputs");
}

arch::YamlNode value_of(const CaseSettings::WorkloadValue& value, const fs::path& folder) {
  const Setting& setting = *value.setting;
  arch::YamlNode node = arch::yaml_value(setting.text, arch::parse_place(setting.place));
  if (names_file(value.path, node.text)) {
    const fs::path path(node.text);
    node.text = fs::absolute(path.is_absolute() ? path : folder / path).lexically_normal().string();
  }
  const KeyType type = known_key(setting).type;
  if ((type == KeyType::wholes || type == KeyType::texts) && node.kind == arch::YamlNode::Kind::scalar) {
    arch::YamlNode list;
    list.kind = arch::YamlNode::Kind::list;
    list.place = node.place;
    list.items.push_back(std::move(node));
    return list;
  }
  return node;
}

}  // namespace

const Setting* CaseSettings::workload_value(std::string_view path) const {
  const auto at = std::find_if(workload_values.begin(), workload_values.end(),
                               [&](const WorkloadValue& value) { return value.path == path; });
  return at == workload_values.end() ? nullptr : at->setting;
}

CaseSettings sort_settings(const std::vector<Setting>& settings) {
  CaseSettings sorted;
  const auto put = [](std::vector<arch::SetValue>& list, arch::SetValue value) {
    std::erase_if(list, [&](const arch::SetValue& old) { return old.path == value.path; });
    list.push_back(std::move(value));
  };
  for (const Setting& setting : settings) {
    const Key& key = known_key(setting);
    switch (key.file) {
      case KeyFile::chip:
        if (key.inner.empty())
          sorted.chip = &setting;
        else
          put(sorted.chip_values, {key.inner, setting.key, setting.text, setting.place});
        break;
      case KeyFile::instance:
        if (key.inner.empty())
          sorted.instance = &setting;
        else
          put(sorted.instance_values, {key.inner, setting.key, setting.text, setting.place});
        break;
      case KeyFile::workload: sorted.workload_values.push_back({file_path(setting.key), &setting}); break;
    }
  }
  return sorted;
}

bool names_file(std::string_view path, const std::string& text) {
  if (std::find(std::begin(kFileKeys), std::end(kFileKeys), path) == std::end(kFileKeys)) return false;
  if (path != "model.weights") return true;
  try {
    return workloads::parse_weight_choice(text).source == workloads::WeightChoice::Source::file;
  } catch (const Error&) {
    return false;  // the reader of workload files says what is wrong with it
  }
}

void put_settings(const CaseSettings& settings, const fs::path& folder, arch::YamlNode& tree) {
  constexpr std::string_view kInputs = "inputs.";
  for (const CaseSettings::WorkloadValue& value : settings.workload_values) {
    const bool input = value.path.starts_with(kInputs);
    arch::YamlNode& into = input ? section_of_inputs(tree, *value.setting) : tree;
    const auto inner = [&](std::string_view path) { return input ? path.substr(kInputs.size()) : path; };
    for (const auto& group : kEither)
      if (std::find(std::begin(group), std::end(group), value.path) != std::end(group))
        for (const std::string_view other : group)
          if (!other.empty() && other != value.path) arch::take_out(into, inner(other));
    arch::put(into, inner(value.path), value_of(value, folder));
  }
}

}  // namespace inf::workflow::sweep
