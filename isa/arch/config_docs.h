#pragma once
#include <string>

namespace inf::arch {

/// docs/config.md as a whole: the keys of chip and instance files with unit, range and meaning.
std::string config_markdown();

}  // namespace inf::arch
