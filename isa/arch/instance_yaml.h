#pragma once
#include <span>
#include <string>

#include "isa/arch/instance.h"

namespace inf::arch {

/// An instance file with these sizes, whose region and runtime are those of the first; parse_instances reads them back.
/// `chip` is what the file says of its chip.
std::string instances_yaml(std::span<const InstanceSpec> sizes, const std::string& chip);

}  // namespace inf::arch
