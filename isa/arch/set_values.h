#pragma once
#include <span>
#include <string>

#include "isa/arch/chip_spec.h"
#include "isa/arch/instance.h"
#include "isa/arch/yaml_tree.h"

namespace inf::arch {

/// A value in place of the one that a chip or instance file gives.
struct SetValue {
  std::string path;   ///< as in parameters(), energy_parameters(), size_parameters() or runtime_parameters()
  std::string key;    ///< as messages name it: "chip.tensor.rows"
  std::string text;   ///< YAML, as in the file
  std::string place;  ///< "FILE:LINE:COLUMN" where it is said, for messages
};

/// Sets them, read and checked as those of a chip file are, each alone and all together.
/// Errors: config with every mistake, each with its value's place. Internal for a path that does not exist.
void set_values(ChipSpec& chip, std::span<const SetValue> values);
/// The same for an instance: keys of its size, and "runtime.call_overhead_ns".
void set_values(InstanceSpec& instance, std::span<const SetValue> values);

}  // namespace inf::arch
