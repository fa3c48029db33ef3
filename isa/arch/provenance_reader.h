#pragma once
#include <string>
#include <string_view>

#include "isa/arch/chip_spec.h"
#include "isa/arch/yaml_reader.h"

namespace inf::arch {

/// Reads mark and source, and unit (which must be `unit`) and range where given, of the parameter map `entry`.
Provenance read_provenance(Section& entry, std::string path, std::string_view unit);

/// ", unit: MHz, mark: documented, source: ..." for a map that is being written.
std::string provenance_yaml(const Provenance& from);

/// A double-quoted YAML scalar.
std::string yaml_quoted(std::string_view text);

}  // namespace inf::arch
