#include "tools/workflow/sweep/case_files.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "isa/arch/chip_config.h"
#include "isa/arch/yaml_edit.h"
#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "tools/workflow/compare.h"
#include "tools/workflow/files.h"
#include "tools/workflow/workload.h"

namespace inf::workflow::sweep {
namespace fs = std::filesystem;
namespace {

bool has_size(const std::vector<arch::InstanceSpec>& sizes, const std::string& name) {
  return std::any_of(sizes.begin(), sizes.end(), [&](const arch::InstanceSpec& size) { return size.name == name; });
}

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code none;
  return a == b || fs::equivalent(a, b, none);
}

bool is_path(const std::string& word) { return word.find('/') != std::string::npos || word.ends_with(".yaml"); }

}  // namespace

const arch::YamlNode& CaseFiles::workload(const fs::path& file) {
  const auto known = workloads_.find(file.string());
  if (known != workloads_.end()) return known->second;
  refuse_folder(file);
  arch::YamlNode tree;
  if (file.extension() == ".onnx")
    arch::put(tree, "model.onnx", arch::yaml_value(arch::yaml_text(file.filename().string()), {}));
  else
    tree = arch::load_yaml(file);
  return workloads_.emplace(file.string(), std::move(tree)).first->second;
}

const arch::ChipSpec& CaseFiles::chip(const fs::path& file) {
  const auto known = chips_.find(file.string());
  return known != chips_.end() ? known->second : chips_.emplace(file.string(), arch::load_chip(file)).first->second;
}

const std::vector<arch::InstanceSpec>& CaseFiles::instances(const fs::path& file) {
  const auto known = instances_.find(file.string());
  return known != instances_.end() ? known->second
                                   : instances_.emplace(file.string(), arch::load_instances(file)).first->second;
}

fs::path CaseFiles::chip_file(const Setting& setting) {
  fs::path& file = chip_words_[setting.text];
  if (file.empty()) file = find_config("chips", setting.text, folder_, setting.place);
  return file;
}

fs::path CaseFiles::instances_of(const fs::path& chip, const Setting& setting) {
  fs::path& file = chip_instances_[chip.string()];
  if (!file.empty()) return file;
  try {
    return file = find_config("instances", chip.stem().string(), folder_, setting.place);
  } catch (const Error&) {
    throw Error(ErrorKind::config, setting.place,
                fmt::format("chip = {}: there is no instance file of its name, so nothing says what a host it has and "
                            "costs",
                            setting.text),
                {"set `instance` as well, such as inf2.xlarge"});
  }
}

fs::path CaseFiles::file_of_size(const std::string& size) {
  if (shipped_.empty()) shipped_ = instance_files();
  for (const fs::path& file : shipped_)
    if (has_size(instances(file), size)) return file;
  return {};
}

std::vector<std::string> CaseFiles::known_sizes() {
  std::vector<std::string> names;
  for (const fs::path& file : shipped_)
    for (const arch::InstanceSpec& size : instances(file)) names.push_back(size.name);
  return names;
}

namespace {

/// The file and size that a setting `instance` names; a path means the file's first size.
CaseTarget find_size(CaseFiles& files, const CaseTarget& own, const Setting& setting) {
  CaseTarget found = own;
  found.instance = setting.text;
  found.instance_place = setting.place;
  if (is_path(setting.text)) {
    const fs::path path(setting.text);
    found.instances = (path.is_absolute() ? path : files.folder() / path).lexically_normal();
    found.instance = files.instances(found.instances).front().name;
  } else if (!has_size(files.instances(own.instances), setting.text)) {
    found.instances = files.file_of_size(setting.text);
    if (found.instances.empty()) {
      const std::vector<std::string> names = files.known_sizes();
      throw Error(ErrorKind::config, setting.place,
                  fmt::format("instance = {} is not known{}", setting.text, did_you_mean(setting.text, names)),
                  {fmt::format("known: {}; or give the path of an instance file", fmt::join(names, ", "))});
    }
  }
  if (!same_file(found.instances, own.instances))
    found.chip = files.instances(found.instances).front().chip_file.lexically_normal();
  return found;
}

}  // namespace

CaseTarget choose_target(CaseFiles& files, const WorkloadFile& workload, const Setting* chip, const Setting* instance) {
  Workload own;
  resolve_target(workload, {}, own);
  CaseTarget target{own.chip, own.instances, own.instance, own.instance_place};
  if (instance != nullptr) target = find_size(files, target, *instance);
  if (chip != nullptr) {
    const fs::path file = files.chip_file(*chip);
    const bool same = same_file(file, target.chip);
    if (!same && instance == nullptr) {
      target.instances = files.instances_of(file, *chip);
      if (!has_size(files.instances(target.instances), target.instance)) target.instance.clear();
    }
    if (!same) target.chip = file;
  }
  if (target.instance.empty()) target.instance = files.instances(target.instances).front().name;
  return target;
}

}  // namespace inf::workflow::sweep
