#include <fmt/core.h>

#include "isa/arch/chip_config.h"
#include "isa/arch/instance_yaml.h"
#include "isa/arch/yaml_edit.h"
#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/workflow/sweep/case.h"
#include "tools/workflow/sweep/case_settings.h"
#include "tools/workflow/sweep/slurm_script.h"

namespace inf::workflow::sweep {
namespace fs = std::filesystem;
namespace {

constexpr const char* kChip = "chip.yaml";
constexpr const char* kInstance = "instance.yaml";

/// Makes the paths under this key of a section absolute; `folder` is where they started.
void settle(arch::YamlNode& section, std::string_view path, const fs::path& folder) {
  const std::string_view key = path.substr(path.find('.') + 1);
  for (arch::YamlNode::Entry& entry : section.entries)
    if (entry.key == key && entry.value.kind == arch::YamlNode::Kind::scalar && names_file(path, entry.value.text))
      entry.value.text = fs::absolute(folder / entry.value.text).lexically_normal().string();
}

/// The file's tree as it may lie in any folder. Its target is left out.
arch::YamlNode movable(const CaseFile& from) {
  arch::YamlNode tree = from.tree;
  const fs::path folder = from.file.parent_path();
  for (const std::string_view path : kFileKeys)
    for (arch::YamlNode::Entry& entry : tree.entries) {
      if (entry.key != path.substr(0, path.find('.'))) continue;
      settle(entry.value, path, folder);
      for (arch::YamlNode& item : entry.value.items) settle(item, path, folder);
    }
  arch::take_out(tree, "target");
  arch::take_out(tree, "compare");
  return tree;
}

void put_text(arch::YamlNode& tree, std::string_view path, const std::string& text) {
  arch::put(tree, path, arch::yaml_value(arch::yaml_text(text), {}));
}

/// The sizes of which an instance file can tell prices along with those of the case's.
std::vector<arch::InstanceSpec> sizes_of(const Case& c) {
  std::vector<arch::InstanceSpec> sizes = {c.instance};
  for (const arch::InstanceSpec& size : c.sizes)
    if (size.name != c.instance.name && size.on_demand.published() == c.instance.on_demand.published() &&
        size.reserved.published() == c.instance.reserved.published())
      sizes.push_back(size);
  return sizes;
}

}  // namespace

std::string write_case(const Case& c, const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw Error(ErrorKind::usage, folder.string(), "cannot be created: " + failed.message());
  write_file_atomically(folder / kChip, arch::chip_yaml(c.chip));
  write_file_atomically(folder / kInstance, arch::instances_yaml(sizes_of(c), kChip));
  std::string name = c.workload.file.stem().string();
  if (name + ".yaml" == kChip || name + ".yaml" == kInstance) name += "_workload";
  arch::YamlNode tree = movable(c.files.front());
  put_text(tree, "target.chip", fs::path(".") / kChip);
  put_text(tree, "target.instances", fs::path(".") / kInstance);
  put_text(tree, "target.instance", c.instance.name);
  if (c.workload.pipeline) {
    const char* const parts[] = {"detect", "read"};
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string part = fmt::format("{}.{}.yaml", name, parts[i]);
      write_file_atomically(folder / part, arch::to_yaml(movable(c.files.at(i + 1))));
      put_text(tree, fmt::format("pipeline.{}", parts[i]), part);
    }
  }
  const fs::path file = folder / (name + ".yaml");
  write_file_atomically(file, arch::to_yaml(tree));
  return fmt::format("inf-sim run {} --mode {}", shell_word(file.string()),
                     c.mode == RunOptions::Mode::timing ? "timing" : "both");
}

}  // namespace inf::workflow::sweep
