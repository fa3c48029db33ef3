#pragma once
#include <span>
#include <string_view>

namespace inf::workflow::sweep {

/// One key of a sweep file, described once: the reader takes its range from here, `inf-sim docs` its row of
/// docs/config.md.
struct SweepField {
  std::string_view path;      ///< dotted
  std::string_view type;      ///< "text", "file", "whole number", "number", "list", "map", "duration", "one of ..."
  double low, high;           ///< allowed range of a number
  std::string_view fallback;  ///< what holds when the key is absent; "required" or "-" where nothing does
  std::string_view meaning;
};

/// Every key, in the order of the file.
std::span<const SweepField> sweep_fields();

/// Errors: internal when there is no such key.
const SweepField& sweep_field(std::string_view path);

}  // namespace inf::workflow::sweep
