#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "isa/arch/set_values.h"
#include "isa/arch/yaml_tree.h"
#include "tools/workflow/sweep/space.h"

namespace inf::workflow::sweep {

/// A point's settings by the file that they go into.
struct CaseSettings {
  const Setting* chip = nullptr;      ///< a whole file
  const Setting* instance = nullptr;  ///< a size
  std::vector<arch::SetValue> chip_values, instance_values;
  struct WorkloadValue {
    std::string path;  ///< in the workload file: "compile.auto_cast"
    const Setting* setting = nullptr;
  };
  std::vector<WorkloadValue> workload_values;

  /// The one of this path, null where there is none.
  const Setting* workload_value(std::string_view path) const;
};

/// Of settings that outlive the result. The last of several for one key counts. Errors: config for a key that is none.
CaseSettings sort_settings(const std::vector<Setting>& settings);

/// Puts the settings into the tree of a workload file; paths among them start at `folder`.
/// Errors: config at a setting's place where the tree has no room for it.
void put_settings(const CaseSettings& settings, const std::filesystem::path& folder, arch::YamlNode& tree);

/// Is the value under this path of a workload file the path of a file?
bool names_file(std::string_view path, const std::string& text);

/// Where such paths stand in a workload file.
inline constexpr std::string_view kFileKeys[] = {"model.onnx", "model.weights",   "inputs.image",
                                                 "inputs.npy", "pipeline.detect", "pipeline.read"};

}  // namespace inf::workflow::sweep
