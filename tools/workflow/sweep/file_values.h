#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/sweep/case_files.h"
#include "tools/workflow/sweep/expression.h"
#include "tools/workflow/sweep/sweep.h"

namespace inf::workflow::sweep {

/// What chip, instance and workload files say of keys that a sweep neither varies nor sets, for its formulas. Where
/// `chip` or `instance` is a parameter, the number goes with its level.
class FileValues {
 public:
  /// All must outlive it.
  FileValues(const Space& space, const std::vector<SweepWorkload>& workloads, CaseFiles& files)
      : space_(space), workloads_(workloads), files_(files) {}

  /// Errors: config or usage, saying why there is no one number.
  Operand operand(const Key& key, const std::string& path) const;

 private:
  /// What a key that names files is set to: each level of its axis, or the one setting; empty where it is neither.
  struct Choice {
    std::optional<std::size_t> axis;
    std::vector<Setting> levels;
  };
  Choice choice(const char* key) const;
  /// Of a key of chip or instance, with this `chip` or `instance` (null where the workloads alone say it).
  double number(const Key& key, const Setting* setting) const;
  double workload_number(const Key& key, const std::string& path, const SweepWorkload& workload) const;

  const Space& space_;
  const std::vector<SweepWorkload>& workloads_;
  CaseFiles& files_;
};

}  // namespace inf::workflow::sweep
