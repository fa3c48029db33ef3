#pragma once
#include <string>
#include <vector>

#include "isa/arch/parameters.h"
#include "isa/arch/yaml_reader.h"

namespace inf::arch {

/// Reads `value` of the parameter map `entry` into the parameter: its kind and range are checked, mistakes noted.
void read_value(Section& entry, const Parameter& parameter);

/// Values that do not go together, which no parameter alone can tell.
struct Conflict {
  std::vector<std::string> paths;  ///< the parameters concerned
  std::string message;
};
std::vector<Conflict> conflicts(const ChipSpec& chip);

}  // namespace inf::arch
