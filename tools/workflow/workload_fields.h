#pragma once
#include <span>
#include <string_view>

namespace inf::workflow {

/// One key of a workload file, described once: the reader takes its range from here, `inf-sim docs` its row of
/// docs/config.md.
struct WorkloadField {
  std::string_view path;      ///< dotted: section, then key
  std::string_view type;      ///< "text", "whole number", "number", "map"
  std::string_view unit;      ///< "-" for none
  double low, high;           ///< allowed range of a number
  std::string_view fallback;  ///< what holds when the key is absent; "required" or "-" where nothing does
  std::string_view meaning;
};

/// Every key, in the order of the file.
std::span<const WorkloadField> workload_fields();

/// Errors: internal when there is no such key.
const WorkloadField& workload_field(std::string_view path);

}  // namespace inf::workflow
