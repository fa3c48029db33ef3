#pragma once
#include <optional>
#include <string>
#include <vector>

#include "isa/arch/yaml_reader.h"
#include "tools/workflow/sweep/case_files.h"
#include "tools/workflow/sweep/keys.h"
#include "tools/workflow/sweep/space.h"

namespace inf::workflow::sweep {

/// Most levels of one parameter.
inline constexpr std::size_t kMostLevels = 10000;

/// Reads values of keys from a sweep file, each checked against the key's type and range.
class LevelReader {
 public:
  /// `workloads`: in whose instance files sizes are looked for first. All must outlive it.
  LevelReader(arch::Problems& problems, CaseFiles& files, const std::vector<WorkloadFile>& workloads)
      : problems_(problems), files_(files), workloads_(workloads) {}

  /// A list of values, or a range: {from, to, step}, {from, to, factor} or {from, to, count, scale}. Mistakes go to the
  /// problems.
  std::vector<Level> levels(const Key& key, const std::string& path, const arch::YamlNode& node);
  /// One value; nothing where it is a mistake.
  std::optional<Level> level(const Key& key, const std::string& path, const arch::YamlNode& node);

 private:
  std::optional<Level> number(const Key& key, const std::string& path, const arch::YamlNode& node);
  std::optional<Level> list(const Key& key, const std::string& path, const arch::YamlNode& node);
  /// What is wrong with a text, or nothing.
  std::string wrong_text(const Key& key, const std::string& path, const std::string& text);
  std::vector<Level> range(const Key& key, const std::string& path, const arch::YamlNode& node);
  void wrong(arch::Place place, std::string message) { problems_.add(place, std::move(message)); }

  arch::Problems& problems_;
  CaseFiles& files_;
  const std::vector<WorkloadFile>& workloads_;
};

/// What is wrong with a number for a key: "is outside 1..128", "is no whole number"; empty where nothing is.
std::string wrong_number(const Key& key, double value);

/// The value as the files have it: whole numbers without a point.
std::string canonical_number(const Key& key, double value);

}  // namespace inf::workflow::sweep
