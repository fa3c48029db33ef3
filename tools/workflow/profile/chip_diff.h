#pragma once
#include <optional>
#include <string>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "tools/workflow/profile/dependence.h"

namespace inf::workflow {

/// A parameter on two chips. A chip without it has no value, mark and source.
struct ChipDiffRow {
  std::string path, unit;
  std::string a, b;
  std::string mark_a, mark_b, source_a, source_b;
  std::optional<double> ratio;  ///< b / a of two numbers
  bool same() const { return a == b; }
};

/// Every parameter of either chip, in file order.
std::vector<ChipDiffRow> chip_diff(const arch::ChipSpec& a, const arch::ChipSpec& b);

/// Those that differ, or `all`; with how much a run on one of them depends on each.
std::string chip_diff_text(const arch::ChipSpec& a, const arch::ChipSpec& b, bool all,
                           const std::optional<Dependence>& dependence);
/// The document described in docs/json.md.
std::string chip_diff_json(const arch::ChipSpec& a, const arch::ChipSpec& b, bool all,
                           const std::optional<Dependence>& dependence);

}  // namespace inf::workflow
