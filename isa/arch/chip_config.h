#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"

namespace inf::arch {

/// Reads configs/chips/*.yaml. Each parameter is a map of value, mark, source, and where wanted unit and range.
/// Errors: usage when the file cannot be read; config with every mistake of the file, each with line and column.
ChipSpec load_chip(const std::filesystem::path& file);
ChipSpec parse_chip(const std::string& yaml, const std::string& file_name);

/// A column of hw_table between mark and source: a text for each parameter, or none.
struct HwColumn {
  std::string title;
  std::map<std::string, std::string> by_path;
};

/// Aligned text: parameter, value, unit, mark, `more`, source. For `inf-sim hw show`.
std::string hw_table(const ChipSpec& chip, const std::vector<HwColumn>& more = {});

/// The fully resolved chip, as YAML that load_chip reads back to the same hash.
std::string chip_yaml(const ChipSpec& chip);

}  // namespace inf::arch
