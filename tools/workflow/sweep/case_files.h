#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/arch/instance.h"
#include "isa/arch/yaml_tree.h"
#include "tools/workflow/sweep/space.h"
#include "tools/workflow/workload_file.h"

namespace inf::workflow::sweep {

/// Chip, instance and workload files, each read once.
class CaseFiles {
 public:
  /// `folder`: where paths of the sweep file start.
  explicit CaseFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// A workload file, or the one that says nothing but the ONNX model `file`. Errors: as read_workload_or_model.
  const arch::YamlNode& workload(const std::filesystem::path& file);
  const arch::ChipSpec& chip(const std::filesystem::path& file);
  const std::vector<arch::InstanceSpec>& instances(const std::filesystem::path& file);

  /// A setting `chip`: a name of a file in configs/chips, or a path.
  std::filesystem::path chip_file(const Setting& setting);
  /// The instance file of a chip: the one of its name. Errors: config at the setting's place where there is none.
  std::filesystem::path instances_of(const std::filesystem::path& chip, const Setting& setting);
  /// The file in configs/instances that has the size which a setting `instance` names; empty where none has.
  std::filesystem::path file_of_size(const std::string& size);
  /// Every size that file_of_size finds.
  std::vector<std::string> known_sizes();

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::map<std::string, arch::YamlNode> workloads_;
  std::map<std::string, arch::ChipSpec> chips_;
  std::map<std::string, std::vector<arch::InstanceSpec>> instances_;
  std::map<std::string, std::filesystem::path> chip_words_, chip_instances_;
  std::vector<std::filesystem::path> shipped_;
};

/// What a workload runs on at one point.
struct CaseTarget {
  std::filesystem::path chip, instances;
  std::string instance;
  std::string instance_place;  ///< for messages
};

/// By the settings `chip` and `instance` (null where there is none), else as the workload says. An instance brings the
/// chip of its file, unless a chip is set as well; a chip brings its own instance file, and of that the workload's size
/// where it has it, else the first.
CaseTarget choose_target(CaseFiles& files, const WorkloadFile& workload, const Setting* chip, const Setting* instance);

}  // namespace inf::workflow::sweep
