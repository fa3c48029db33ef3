#pragma once
#include <fmt/core.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isa/arch/yaml_reader.h"
#include "tools/workflow/workload_fields.h"
#include "tools/workflow/workload_file.h"

namespace inf::workflow {

/// Reads one section's keys with the ranges of the field table.
class FieldReader {
 public:
  FieldReader(arch::Section& section, std::string_view table_path, const arch::Problems& problems)
      : section_(section), path_(table_path), problems_(problems) {}

  std::optional<PlacedText> text(std::string_view key) {
    known(key);
    if (!section_.has(key)) return std::nullopt;
    return PlacedText{section_.text(key), place(key)};
  }
  std::optional<std::int64_t> integer(std::string_view key) {
    const WorkloadField& field = known(key);
    if (!section_.has(key)) return std::nullopt;
    return section_.integer(key, static_cast<std::int64_t>(field.low), static_cast<std::int64_t>(field.high));
  }
  std::optional<double> number(std::string_view key) {
    const WorkloadField& field = known(key);
    if (!section_.has(key)) return std::nullopt;
    return section_.number(key, field.low, field.high);
  }
  /// A list of texts, each with its place; empty where the key is absent.
  std::vector<PlacedText> texts(std::string_view key) {
    known(key);
    const arch::YamlNode* node = section_.node_or_null(key);
    if (node == nullptr) return {};
    std::vector<PlacedText> texts;
    for (const std::string& text : section_.texts(key)) texts.push_back({text, place(key)});
    return texts;
  }
  /// A list of whole numbers; empty where the key is absent.
  std::vector<std::int64_t> integers(std::string_view key) {
    const WorkloadField& field = known(key);
    if (section_.node_or_null(key) == nullptr) return {};
    return section_.integers(key, static_cast<std::int64_t>(field.low), static_cast<std::int64_t>(field.high));
  }
  const WorkloadField& known(std::string_view key) const { return workload_field(fmt::format("{}.{}", path_, key)); }
  std::string place(std::string_view key) const { return problems_.where(section_.place_of(key)); }

 private:
  arch::Section& section_;
  std::string path_;
  const arch::Problems& problems_;
};

inline std::string place_text(const arch::Problems& problems, const arch::Place& at) { return problems.where(at); }

}  // namespace inf::workflow
